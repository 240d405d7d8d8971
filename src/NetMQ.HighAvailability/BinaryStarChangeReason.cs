namespace NetMQ.HighAvailability;

/// <summary>Why a node changed its state.</summary>
public enum BinaryStarChangeReason
{
    /// <summary>The peer published that it is waiting (starting, or giving up active): this node takes the pair.</summary>
    PeerWaiting,

    /// <summary>The peer published that it is active: this node stands by.</summary>
    PeerActive,

    /// <summary>The peer published that it is passive while this node, the primary, was too: the primary takes the pair.</summary>
    PeerPassive,

    /// <summary>A client's request arrived after the peer had been silent for the failover timeout; or a node that lost its lease while
    /// it had no peer has received none for that long since, without a request.</summary>
    PeerSilent,

    /// <summary>A client's request arrived while the peer's process was known to be dead.</summary>
    PeerCrashed,

    /// <summary>An operator promoted this node.</summary>
    Promoted,

    /// <summary>This node handed the pair over to its peer, or is stopping.</summary>
    HandOver,

    /// <summary>
    /// This node had not published its state for the length of its lease (a paused or starved process, or a handler
    /// that took too long), so that its peer may have taken over; or its clock stepped back.
    /// </summary>
    LeaseExpired,

    /// <summary>Two active nodes met, and this one lost.</summary>
    DualActive,

    /// <summary>
    /// With an arbiter: neither the peer's promise nor the arbiter's lease allowed this node to serve any longer, or another term has begun.
    /// </summary>
    MandateLost,
}
