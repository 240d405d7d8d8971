using NetMQ.HighAvailability.Common;

namespace NetMQ.HighAvailability.Clients;

internal enum Link : byte
{
    Unknown,
    Up,     // not necessarily alive: the kernel accepts connections for a stopped process
    Down,
}

/// <summary>Whether a server reports what it does with requests (<see cref="RequestNotice"/>).</summary>
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

    /// <summary>The current or last period in which requests were sent to it, counted over all servers.</summary>
    public long Epoch;

    /// <summary>When a message was last received from it, or a new connection was requested.</summary>
    public TimeSpan ReceivedOrDialled;

    /// <summary>It has rejected a request in this epoch.</summary>
    public bool Rejects;

    /// <summary>
    /// Since when another server is used although this one will still report on the requests that it has: those wait for
    /// its report instead of being sent to the other one too.
    /// </summary>
    public TimeSpan? HoldsSince;

    /// <summary>As observed over any of its connections.</summary>
    public NoticeSupport Notices { get; private set; }

    /// <summary>It has sent a notice over its current connection.</summary>
    public bool HasGivenNotice { get; private set; }

    /// <summary>It has sent nothing over its current connection for a whole server timeout, although requests were sent to it.</summary>
    public bool HasNotAnswered { get; set; }

    public void GaveNotice()
    {
        Notices = NoticeSupport.Yes;
        HasGivenNotice = true;
        HasNotAnswered = false;
    }

    /// <summary>It replied to a request that asked for a receipt without giving one.</summary>
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
    /// Whether a server reports what it does with requests: it has done so over this connection; or over an earlier one,
    /// unless it has left requests over this one unanswered; or the other server does, and nothing is known of this one.
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
