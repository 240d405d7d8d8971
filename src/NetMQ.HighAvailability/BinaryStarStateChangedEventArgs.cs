namespace NetMQ.HighAvailability;

/// <summary>A change of a node's state.</summary>
public sealed class BinaryStarStateChangedEventArgs : EventArgs
{
    internal BinaryStarStateChangedEventArgs(BinaryStarState from, BinaryStarState to, BinaryStarCause cause, long term)
    {
        From = from;
        To = to;
        Cause = cause;
        Term = term;
    }

    /// <summary>The state before.</summary>
    public BinaryStarState From { get; }

    /// <summary>The state now; the peer has been told.</summary>
    public BinaryStarState To { get; }

    /// <summary>Why it changed.</summary>
    public BinaryStarCause Cause { get; }

    /// <summary>How many terms, of this node and of its peer, this node has seen: see <see cref="BinaryStarTerm.Number"/>.</summary>
    public long Term { get; }
}
