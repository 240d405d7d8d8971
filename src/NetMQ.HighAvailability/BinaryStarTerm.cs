namespace NetMQ.HighAvailability;

/// <summary>A time during which this node is active, for work that only the active node may do.</summary>
/// <remarks>
/// This is no fencing token: the two nodes count on their own, a restart begins at zero, and a process that is paused
/// between checking <see cref="Token"/> and acting acts all the same. Where that must not happen, the resource itself
/// has to fence, with an arbiter's help.
/// </remarks>
public sealed class BinaryStarTerm
{
    /// <summary>A term of an application's own, to test its work with.</summary>
    /// <param name="number">The term's number.</param>
    /// <param name="token">Cancelled when the term is over.</param>
    public BinaryStarTerm(long number, CancellationToken token)
    {
        Number = number;
        Token = token;
    }

    /// <summary>How many terms, of this node and of its peer, this node has seen since its start: later terms have higher numbers.</summary>
    public long Number { get; }

    /// <summary>Cancelled when this node stops being active, for whatever reason. Callbacks run on the thread pool.</summary>
    public CancellationToken Token { get; }
}
