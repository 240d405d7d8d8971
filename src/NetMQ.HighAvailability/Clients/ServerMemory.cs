using NetMQ.HighAvailability.Common;

namespace NetMQ.HighAvailability.Clients;

internal enum Link : byte
{
    Unknown,
    Up,     // which does not mean alive: the kernel accepts for a process that is stopped
    Down,
}

/// <summary>Whether a server tells what becomes of requests (<see cref="RequestNotice"/>).</summary>
internal enum NoticeSupport : byte
{
    Unknown,
    Yes,
    No,
}

/// <summary>What the core knows of a server.</summary>
internal struct ServerMemory
{
    public Link Link;

    /// <summary>The present or last stay with it.</summary>
    public long Stay;

    /// <summary>When a message of it last came or its connection was asked for anew.</summary>
    public TimeSpan HeardOrDialled;

    /// <summary>It said in this stay that it is not active.</summary>
    public bool Rejects;

    /// <summary>
    /// Since when it is left to another, although it will tell what becomes of the requests that it has: those wait for
    /// that, rather than be sent elsewhere too.
    /// </summary>
    public TimeSpan? HoldsSince;

    /// <summary>As seen over any of its connections.</summary>
    public NoticeSupport Notices { get; private set; }

    /// <summary>It has sent a notice over its present connection.</summary>
    public bool HasGivenNotice { get; private set; }

    /// <summary>It has sent nothing for a whole server timeout over its present connection, although it was asked.</summary>
    public bool WasAskedInVain { get; set; }

    public void GaveNotice()
    {
        Notices = NoticeSupport.Yes;
        HasGivenNotice = true;
        WasAskedInVain = false;
    }

    /// <summary>It replied to a request that asked for a receipt, without one.</summary>
    public void GaveNoReceipt()
    {
        Notices = NoticeSupport.No;
        HasGivenNotice = false;
    }

    /// <summary>The next connection may lead to another process.</summary>
    public void EndConnection()
    {
        HasGivenNotice = WasAskedInVain = false;
        HoldsSince = null;
    }
}
