using System.Runtime.CompilerServices;

namespace NetMQ.HighAvailability.Tests.Support;

/// <summary>
/// Whether NetMQ sends in this process as it does under Windows, where it looks for its own news a thousand times a
/// second at most: <c>FAST_SENDS=1 dotnet test</c>. It has to be decided before NetMQ does anything.
/// </summary>
internal static class SendsOfThisRun
{
    public static bool AreFast { get; private set; }

    [ModuleInitializer]
#pragma warning disable CA2255 // This is no library.
    internal static void Choose() => AreFast = (OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("FAST_SENDS") == "1") && FastSends.TryEnable();
#pragma warning restore CA2255
}
