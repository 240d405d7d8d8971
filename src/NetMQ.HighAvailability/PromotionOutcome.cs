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
}
