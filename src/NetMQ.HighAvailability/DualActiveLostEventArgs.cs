namespace NetMQ.HighAvailability;

/// <summary>Two active nodes met and this one gave way.</summary>
public sealed class DualActiveLostEventArgs : EventArgs
{
    /// <summary>The arguments for a node that gave way to another active one.</summary>
    /// <param name="windowStart">The earliest moment at which both may have been active.</param>
    /// <param name="windowEnd">When this node gave way.</param>
    public DualActiveLostEventArgs(DateTimeOffset windowStart, DateTimeOffset windowEnd)
    {
        WindowStart = windowStart;
        WindowEnd = windowEnd;
    }

    /// <summary>
    /// The earliest moment at which both may have been active: when this node became active or, if later, when it last
    /// received a message that its peer was not. Wall-clock time, for comparing with the application's own records.
    /// </summary>
    public DateTimeOffset WindowStart { get; }

    /// <summary>When this node gave way.</summary>
    public DateTimeOffset WindowEnd { get; }
}
