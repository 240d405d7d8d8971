namespace NetMQ.HighAvailability.Protocol;

/// <summary>
/// All that a <see cref="PairEngine"/> remembers: one value, so that a check can copy, compare and restore it.
/// Times are those that the engine was given.
/// </summary>
internal struct PairMemory
{
    public BinaryStarState State;

    /// <summary>When the present turn began, or, between turns, the last one.</summary>
    public TimeSpan Turn;

    /// <summary>From here on the peer counts as gone.</summary>
    public TimeSpan Expiry;

    /// <summary>
    /// How far noticed gaps may push <see cref="Expiry"/>: to where this node will have been awake for 2F since it
    /// last had news. Without this bound a throttled machine would postpone a take-over for ever.
    /// </summary>
    public TimeSpan ExpiryLimit;

    /// <summary>Until here only an active peer is acted upon.</summary>
    public TimeSpan SettledAt;

    public TimeSpan NextHeartbeat;

    /// <summary>When this node last said its state; the lease runs from here.</summary>
    public TimeSpan LastPublish;

    /// <summary>When this node said the first of the words that it waits to hear itself; null: all have come back.</summary>
    public TimeSpan? LoopbackSentAt;

    /// <summary>When this node last offered the pair to its peer, as waiting or yielding.</summary>
    public TimeSpan? LastOffer;

    /// <summary>While active: when the peer was first heard active too, with nothing else heard since.</summary>
    public TimeSpan? DualActiveSince;

    /// <summary>While active: when the peer was last heard passive.</summary>
    public TimeSpan? PeerPassiveAt;

    /// <summary>Until here the peer's process is known to be dead; the default is never.</summary>
    public TimeSpan? CrashedUntil;

    /// <summary>Evidence of a crash must be younger than this: the last message, gap, or start.</summary>
    public TimeSpan EvidenceFrom;

    /// <summary>The last valid message of the peer, and when it was heard.</summary>
    public PeerMessage? LastMessage;

    public TimeSpan? LastReceived;

    /// <summary>A vote or promotion that failed on the offer guard alone: carried out when the guard has passed.</summary>
    public PendingPromotion Pending;

    /// <summary>
    /// While yielding: the lease was lost while the peer was gone, so this node has the newest data. It offers the pair to
    /// nobody, and takes active back from a peer that waits or stays away.
    /// </summary>
    public bool Reclaiming;

    /// <summary>The present turn has heard all that had arrived from the peer.</summary>
    public bool Drained;

    /// <summary>The state is to be said in this turn, whatever the schedule.</summary>
    public bool PublishDue;

    /// <summary>This node is going away: it may give up active, and never becomes it.</summary>
    public bool Stopping;
}

/// <summary>Why a node waits for its offer guard to become active.</summary>
internal enum PendingPromotion : byte
{
    None,
    Vote,
    Operator,
}
