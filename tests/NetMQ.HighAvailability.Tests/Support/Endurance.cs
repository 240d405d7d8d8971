using System.Globalization;

namespace NetMQ.HighAvailability.Tests.Support;

/// <summary>How long the tests go on that hold for any length of time: a few seconds, or as many as ENDURANCE_SECONDS says.</summary>
internal static class Endurance
{
    public static TimeSpan Or(TimeSpan usual) =>
        Environment.GetEnvironmentVariable("ENDURANCE_SECONDS") is { } seconds ? TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)) : usual;
}
