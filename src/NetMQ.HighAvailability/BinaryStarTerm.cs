namespace NetMQ.HighAvailability;

/// <summary>A time during which this node is active, for work that only the active node may do.</summary>
/// <remarks>
/// Without an arbiter a term is no fence: the two nodes count on their own, a restart begins at zero, and a process that is paused
/// between checking <see cref="Token"/> and acting acts all the same. Where that must not happen, the resource itself has to refuse what comes late, by
/// the <see cref="FencingToken"/> of an <see cref="IArbiter"/>.
/// </remarks>
public sealed class BinaryStarTerm
{
    /// <summary>A term of an application's own, to test its work with: of a pair without an arbiter.</summary>
    /// <param name="number">The term's number.</param>
    /// <param name="token">Cancelled when the term is over.</param>
    public BinaryStarTerm(long number, CancellationToken token)
    {
        Number = number;
        Token = token;
    }

    /// <summary>A term of an application's own, to test its work with: of a pair with an arbiter.</summary>
    /// <param name="pair">The pair's name, by which the arbiter knows it.</param>
    /// <param name="fencingToken">The number that the arbiter gave.</param>
    /// <param name="number">The term's number.</param>
    /// <param name="token">Cancelled when the term is over.</param>
    public BinaryStarTerm(string? pair, long? fencingToken, long number, CancellationToken token)
        : this(number, token)
    {
        Pair = pair;
        FencingToken = fencingToken;
    }

    /// <summary>How many terms, of this node and of its peer, this node has seen since its start: later terms have higher numbers.</summary>
    public long Number { get; }

    /// <summary>Cancelled when this node stops being active, for whatever reason. Callbacks run on the thread pool.</summary>
    public CancellationToken Token { get; }

    /// <summary>The pair's name, <see cref="BinaryStarOptions.Name"/>; <see langword="null"/> if it has none.</summary>
    public string? Pair { get; }

    /// <summary>
    /// The number of this term that the arbiter gave: higher than that of every term before, of both nodes and all their processes. A resource that has seen it
    /// refuses lower ones, and with them what a paused process does too late. <see langword="null"/> without an arbiter.
    /// </summary>
    public long? FencingToken { get; }
}
