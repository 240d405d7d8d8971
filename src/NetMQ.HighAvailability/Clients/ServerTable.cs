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
internal struct ServerState
{
    public Link Link;

    /// <summary>The present or last stay with it.</summary>
    public long Epoch;

    /// <summary>When a message of it last came or its connection was asked for anew.</summary>
    public TimeSpan ReceivedOrDialled;

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
    public bool HasNotAnswered { get; set; }

    public void GaveNotice()
    {
        Notices = NoticeSupport.Yes;
        HasGivenNotice = true;
        HasNotAnswered = false;
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
        HasGivenNotice = HasNotAnswered = false;
        HoldsSince = null;
    }
}

/// <summary>The servers, and which of them requests are sent to.</summary>
internal sealed class ServerTable(int count)
{
    private readonly ServerState[] servers = new ServerState[count];

    public int Count => servers.Length;

    public int Current { get; set; }

    public bool IsUp => servers[Current].Link == Link.Up;

    public ref ServerState this[int server] => ref servers[server];

    public int? OtherThatIsUp()
    {
        for (var i = 0; i < servers.Length; i++)
        {
            if (i != Current && servers[i].Link == Link.Up) return i;
        }

        return null;
    }

    /// <summary>
    /// Whether a server tells what becomes of requests: it has done so over this connection; or, until it was asked in
    /// vain over this one, over an earlier one; or the other half of its pair does, and nothing is known of itself.
    /// </summary>
    public bool GivesNotices(int server)
    {
        ref var it = ref servers[server];
        if (it.HasGivenNotice) return true;
        if (it.HasNotAnswered || it.Notices == NoticeSupport.No) return false;
        foreach (ref var any in servers.AsSpan())
        {
            if (any.Notices == NoticeSupport.Yes) return true;
        }

        return false;
    }
}
