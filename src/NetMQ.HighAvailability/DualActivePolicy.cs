namespace NetMQ.HighAvailability;

/// <summary>What happens when two active nodes receive each other's messages, after a network partition for example.</summary>
public enum DualActivePolicy
{
    /// <summary>
    /// The backup becomes passive and the primary goes on. A primary that still receives messages of an active peer one
    /// failover timeout later concludes that its own do not arrive, and becomes passive itself.
    /// </summary>
    BackupYields = 0,

    /// <summary>Both nodes end with a <see cref="DualActiveException"/>, as the guide's reactor does.</summary>
    Abort = 1,
}
