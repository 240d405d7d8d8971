namespace NetMQ.HighAvailability;

/// <summary>What happens when two active nodes hear each other, after a network partition for example.</summary>
public enum DualActivePolicy
{
    /// <summary>
    /// The backup becomes passive and the primary goes on. A primary that still hears an active peer one failover
    /// timeout later is not being heard, and becomes passive itself.
    /// </summary>
    BackupYields = 0,

    /// <summary>Both nodes end with a <see cref="DualActiveException"/>, as the guide's reactor does.</summary>
    Abort = 1,
}
