namespace NetMQ.HighAvailability.Protocol;

/// <summary>
/// The whole state of a <see cref="PairEngine"/>: one value, so that a check can copy, compare and restore it.
/// Times are those that the engine was given.
/// </summary>
internal struct PairMemory
{
    public BinaryStarState State;

    /// <summary>When the current turn began; between turns, the last one.</summary>
    public TimeSpan Turn;

    /// <summary>When the peer starts to count as gone.</summary>
    public TimeSpan Expiry;

    /// <summary>
    /// The latest time to which noticed gaps may postpone <see cref="Expiry"/>: when this node will have been awake for 2F since it
    /// last had news. Without this limit a throttled machine would postpone a take-over indefinitely.
    /// </summary>
    public TimeSpan ExpiryLimit;

    /// <summary>Until then, only an active peer is acted upon.</summary>
    public TimeSpan SettledAt;

    public TimeSpan NextHeartbeat;

    /// <summary>When this node last published its state; the lease runs from here.</summary>
    public TimeSpan LastPublish;

    /// <summary>When this node last published an offer, as waiting or yielding.</summary>
    public TimeSpan? LastOffer;

    /// <summary>While active: when the peer's first active message was received, with nothing else received since.</summary>
    public TimeSpan? DualActiveSince;

    /// <summary>While active: when the peer's last passive message was received.</summary>
    public TimeSpan? PeerPassiveAt;

    /// <summary>Until then the peer's process is known to be dead; null: it is not.</summary>
    public TimeSpan? CrashedUntil;

    /// <summary>Evidence of a crash must be younger than this: the last message, gap, or start.</summary>
    public TimeSpan EvidenceFrom;

    /// <summary>The last valid message of the peer.</summary>
    public PeerMessage? LastMessage;

    /// <summary>When that message was received.</summary>
    public TimeSpan? LastReceived;

    /// <summary>A vote or promotion that failed only on the offer guard: carried out when the guard has passed.</summary>
    public PendingPromotion Pending;

    /// <summary>
    /// While yielding: the lease was lost while the peer was gone, so this node has the newest data. It publishes no
    /// offer, and takes active back from a peer that waits or stays away.
    /// </summary>
    public bool Reclaiming;

    /// <summary>The current turn has received everything that had arrived from the peer.</summary>
    public bool Drained;

    /// <summary>The state must be published in this turn, whatever the schedule.</summary>
    public bool PublishDue;

    /// <summary>This node is stopping: it may give up active, but never becomes active.</summary>
    public bool Stopping;

    /// <summary>With an arbiter: the end of the right to serve. Without one there is no end.</summary>
    public TimeSpan ServesUntil;

    /// <summary>With an arbiter: this node wants a term, for this reason, and waits for the arbiter's yes.</summary>
    public BinaryStarChangeReason? Seeking;

    /// <summary>Since when.</summary>
    public TimeSpan SeekingSince;

    /// <summary>When an active peer was last received; at first, when this node started.</summary>
    public TimeSpan PeerActiveAt;

    /// <summary>When the arbiter was last asked, and when it was last asked to read.</summary>
    public TimeSpan AskedAt;
    public TimeSpan ReadAt;

    /// <summary>It is to be asked as soon as possible, to know whether it answers.</summary>
    public bool CheckDue;

    /// <summary>When it last answered.</summary>
    public TimeSpan? AnsweredAt;

    /// <summary>Since when it does not answer; null: it does.</summary>
    public TimeSpan? UnansweredSince;

    /// <summary>While active: since when.</summary>
    public TimeSpan ActiveAt;

    /// <summary>While active: since when the peer's promises are fresh.</summary>
    public TimeSpan? PromisesFreshSince;
}

/// <summary>Why a node waits for its offer guard to become active.</summary>
internal enum PendingPromotion : byte
{
    None,
    Vote,
    Operator,
}
