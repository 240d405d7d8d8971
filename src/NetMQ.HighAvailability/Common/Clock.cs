namespace NetMQ.HighAvailability.Common;

/// <summary>Monotonic time since its creation. Any thread.</summary>
internal sealed class Clock(TimeProvider time)
{
    // Computed once: TimeProvider.GetElapsedTime divides at each call, and there is a call for each request.
    private readonly double ticks = (double)TimeSpan.TicksPerSecond / time.TimestampFrequency;
    private readonly long start = time.GetTimestamp();

    public TimeSpan Now => new((long)((time.GetTimestamp() - start) * ticks));
}
