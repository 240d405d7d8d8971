namespace NetMQ.HighAvailability.Common;

/// <summary>What <see cref="TimeSpan"/> itself lacks.</summary>
internal static class TimeSpanMath
{
    public static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    public static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>For a <see cref="NetMQTimer"/>, which takes whole milliseconds: rounded up, and at least 1.</summary>
    public static int ToTimerInterval(this TimeSpan interval) => Math.Max(1, (int)Math.Ceiling(interval.TotalMilliseconds));
}
