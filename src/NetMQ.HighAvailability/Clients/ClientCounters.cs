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
internal readonly record struct ClientReading(ClientCounters Counters, int Answering, bool IsFollowing, int Outstanding, long Resends);
