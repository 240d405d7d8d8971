namespace NetMQ.HighAvailability;

/// <summary>Two active nodes met and this one gave way.</summary>
public sealed class DualActiveLostEventArgs : EventArgs
{
    internal DualActiveLostEventArgs(DateTimeOffset windowStart, DateTimeOffset windowEnd)
    {
        WindowStart = windowStart;
        WindowEnd = windowEnd;
    }

    /// <summary>
    /// The earliest moment at which both may have been active: when this node became active or, if later, when it last
    /// heard that its peer was not. Wall-clock time, for comparing with the application's own records.
    /// </summary>
    public DateTimeOffset WindowStart { get; }

    /// <summary>When this node gave way.</summary>
    public DateTimeOffset WindowEnd { get; }
}
