namespace NetMQ.HighAvailability.Clients;

/// <summary>What a client has counted since its start.</summary>
internal struct ClientCounters
{
    public long Answered;
    public long TimedOut;
    public long OutcomeUnknown;
    public long FailedAtServer;
    public long ServerChanges;
    public long LateReplies;
    public long GarbageReplies;
    public long OversizedReplies;
}

/// <summary>A client at the end of a turn.</summary>
internal readonly record struct ClientSnapshot(ClientCounters Counters, int Answering, bool IsFollowing, int Outstanding, long Resends);

/// <summary>What other threads see of a client: one snapshot, replaced by the poller's thread.</summary>
internal sealed class ClientStatus
{
    private readonly Lock gate = new();
    private ClientSnapshot snapshot = new(default, -1, false, 0, 0);

    /// <summary>Published with the next snapshot. On the poller's thread.</summary>
    public ClientCounters Counters;

    /// <summary>The last snapshot. Any thread.</summary>
    public ClientSnapshot Read()
    {
        lock (gate) return snapshot;
    }

    /// <summary>On the poller's thread.</summary>
    public void Publish(ClientCore core)
    {
        var next = new ClientSnapshot(Counters, core.Answering, core.IsFollowing, core.Outstanding, core.Resends);
        lock (gate) snapshot = next;
    }
}
