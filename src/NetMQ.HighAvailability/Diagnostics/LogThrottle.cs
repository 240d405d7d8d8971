namespace NetMQ.HighAvailability.Diagnostics;

/// <summary>
/// Lets a log message through at most once in ten seconds, for whatever a peer or a client can provoke at will, and
/// counts what it held back.
/// </summary>
internal struct LogThrottle
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private TimeSpan? last;
    private long heldBack;

    public bool Allows(TimeSpan now, out long suppressed)
    {
        suppressed = heldBack;
        if (now - last < Interval)
        {
            heldBack++;
            return false;
        }

        last = now;
        heldBack = 0;
        return true;
    }
}
