namespace NetMQ.HighAvailability;

/// <summary>What came of <see cref="BinaryStar.HandOverAsync"/>.</summary>
public enum HandOverOutcome
{
    /// <summary>The peer has taken over and this node is passive.</summary>
    Completed = 0,

    /// <summary>Refused, nothing changed: this node is not active, or has not been started.</summary>
    NotActive,

    /// <summary>Refused, nothing changed: no recent message shows that the peer is passive, so it might not take over.</summary>
    PeerNotPassive,

    /// <summary>
    /// The peer did not take over in time. This node is active again, or will be, or the peer will, at the next
    /// request that finds the other silent; see <see cref="BinaryStar.State"/>.
    /// </summary>
    TimedOut,

    /// <summary>The node stopped, or ended with a fault, before the outcome was known.</summary>
    NodeStopped,

    /// <summary>Refused, nothing changed: the arbiter does not answer this node, and the peer could not take over without it.</summary>
    ArbiterUnavailable,
}
