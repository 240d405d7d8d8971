namespace NetMQ.HighAvailability;

/// <summary>A change of a node's state.</summary>
public sealed class BinaryStarStateChangedEventArgs : EventArgs
{
    /// <summary>The arguments for a change of state.</summary>
    /// <param name="previousState">The state before.</param>
    /// <param name="newState">The state now.</param>
    /// <param name="reason">Why it changed.</param>
    /// <param name="term">How many terms this node has seen.</param>
    public BinaryStarStateChangedEventArgs(BinaryStarState previousState, BinaryStarState newState, BinaryStarChangeReason reason, long term)
    {
        PreviousState = previousState;
        NewState = newState;
        Reason = reason;
        Term = term;
    }

    /// <summary>The state before.</summary>
    public BinaryStarState PreviousState { get; }

    /// <summary>The state now; it has been published to the peer.</summary>
    public BinaryStarState NewState { get; }

    /// <summary>Why it changed.</summary>
    public BinaryStarChangeReason Reason { get; }

    /// <summary>How many terms, of this node and of its peer, this node has seen: see <see cref="BinaryStarTerm.Number"/>.</summary>
    public long Term { get; }
}
