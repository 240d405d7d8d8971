namespace NetMQ.HighAvailability.Clients;

internal enum Link : byte
{
    Unknown,
    Up,     // which does not mean alive: the kernel accepts for a process that is stopped
    Down,
}

/// <summary>What the core knows of a server.</summary>
internal struct ServerMemory
{
    public Link Link;

    /// <summary>The present or last stay with it.</summary>
    public long Stay;

    /// <summary>When it last answered or its connection was asked for anew.</summary>
    public TimeSpan HeardOrDialled;

    /// <summary>It said in this stay that it is not active.</summary>
    public bool Rejects;
}
