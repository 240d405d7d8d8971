using System.Diagnostics;
using System.Globalization;

namespace NetMQ.HighAvailability.Chaos.Checks;

/// <summary>One clock for all that is compared: the machine's monotonic one, which every process reads alike, written as times of day.</summary>
internal static class Clock
{
    private static readonly DateTime Start = DateTime.Now;
    private static readonly long StartStamp = Stopwatch.GetTimestamp();

    public static DateTime Now => At(Stopwatch.GetTimestamp());

    /// <param name="stamp">What another process got from <see cref="Stopwatch.GetTimestamp"/>.</param>
    public static DateTime At(long stamp) => Start + Stopwatch.GetElapsedTime(StartStamp, stamp);

    /// <summary>
    /// The moment at which a process printed a time of day, to the millisecond. Its clock may be off by whole hours, so
    /// the hour is that of the moment it was read: the one that makes the two nearest.
    /// </summary>
    public static DateTime OfDay(ReadOnlySpan<char> printed, DateTime read)
    {
        var at = read.Date + TimeSpan.ParseExact(printed, @"hh\:mm\:ss\.fff", CultureInfo.InvariantCulture);
        return at + TimeSpan.FromHours(Math.Round((read - at).TotalHours));
    }
}
