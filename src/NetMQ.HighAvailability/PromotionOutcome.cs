namespace NetMQ.HighAvailability;

/// <summary>What came of <see cref="BinaryStar.PromoteAsync"/>.</summary>
public enum PromotionOutcome
{
    /// <summary>This node is active.</summary>
    Completed = 0,

    /// <summary>Refused: this node is not a backup that waits for its first peer; requests alone decide in every other state.</summary>
    NotWaiting,

    /// <summary>Refused: a message of the peer was received, or this node started, within the failover timeout.</summary>
    PeerMayBeAlive,

    /// <summary>The node stopped, or ended with a fault, before the outcome was known.</summary>
    NodeStopped,

    /// <summary>Refused: this node has not been started.</summary>
    NotStarted,

    /// <summary>The arbiter does not answer, so nobody can become active.</summary>
    ArbiterUnavailable,

    /// <summary>The arbiter answers, and its record did not let this node become active in time: the peer may hold a lease.</summary>
    ArbiterRefused,
}
