namespace NetMQ.HighAvailability;

/// <summary>By what a node of a pair with an <see cref="IArbiter"/> may serve.</summary>
public enum BinaryStarMandate
{
    /// <summary>It may not: it is not active, or has no arbiter.</summary>
    None = 0,

    /// <summary>The peer's promise not to take over: the pair is whole.</summary>
    Peer = 1,

    /// <summary>The arbiter's lease: the node serves without its peer, or under <see cref="ArbiterPolicy.Strict"/>.</summary>
    Lease = 2,
}
