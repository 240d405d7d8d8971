namespace NetMQ.HighAvailability.Clients;

/// <summary>The servers, and which of them requests are sent to.</summary>
internal sealed class ServerTable(int count)
{
    private readonly ServerMemory[] servers = new ServerMemory[count];

    public int Count => servers.Length;

    public int Current { get; set; }

    public bool IsUp => servers[Current].Link == Link.Up;

    public ref ServerMemory this[int server] => ref servers[server];

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
        if (it.WasAskedInVain || it.Notices == NoticeSupport.No) return false;
        foreach (ref var any in servers.AsSpan())
        {
            if (any.Notices == NoticeSupport.Yes) return true;
        }

        return false;
    }
}
