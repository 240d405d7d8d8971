namespace NetMQ.HighAvailability;

/// <summary>The state of a node. Only an <see cref="Active"/> node accepts requests.</summary>
/// <remarks>
/// The first four are the states of the ZeroMQ guide and, as the digits <c>1</c> to <c>4</c>, its whole wire
/// protocol. <see cref="Yielding"/> is this library's own; on the wire it shows as the node's waiting
/// state, or as passive while the node takes back what it lost alone.
/// </remarks>
public enum BinaryStarState
{
    /// <summary>A primary that has not met its peer yet. Becomes active on a request once the peer is known to be absent.</summary>
    Primary = 1,

    /// <summary>A backup that has not met its peer yet. Rejects every request, however long the peer is absent, unless the pair has an <see cref="IArbiter"/>.</summary>
    Backup = 2,

    /// <summary>The node that serves.</summary>
    Active = 3,

    /// <summary>The node that stands by. Becomes active on the first request after the peer has fallen silent.</summary>
    Passive = 4,

    /// <summary>A node that was active and has given it up. Offers the pair to its peer and rejects requests; if it had no peer, it offers
    /// nothing, and becomes active again by itself.</summary>
    Yielding = 5,
}
