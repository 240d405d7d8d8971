namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>A hardening that a run may take out, to show that the check would miss it.</summary>
internal enum Rule
{
    None,
    Lease,        // an active node serves however long ago it last published
    Settle,       // a node acts upon everything from its first turn on
    Purge,        // what was queued before a pause is processed
    Drain,        // a turn may leave the peer's messages unread and vote all the same
    OfferGuard,   // a node promotes itself while its own offer is in flight
    Garbage,      // a frame that is no message counts as a sign of life
    YieldPolicy,  // two actives abort, as in the original
    DualPassive,  // two passives stay passive
    Gap,          // missing time is not noticed at all
    GapExpiry,    // missing time is noticed, but counts as silence of the peer
    Quiet,        // a node that takes active back publishes at once beside an original
    EvidenceLifetime, // evidence of a crash counts until a message of the peer is received
}

/// <summary>What may befall the link between the nodes. One at a time.</summary>
[Flags]
internal enum LinkFaults
{
    None = 0,
    CutToPrimary = 1,
    CutToBackup = 2,
    CutBoth = 4,
    StallToPrimary = 8,
    StallToBackup = 16,
    StallBoth = 32,
    OneWayCuts = CutToPrimary | CutToBackup,
    Cuts = OneWayCuts | CutBoth,
    Stalls = StallToPrimary | StallToBackup | StallBoth,
}

/// <summary>Which halves of the pair something applies to.</summary>
[Flags]
internal enum Who
{
    None = 0,
    Primary = 1,
    Backup = 2,
    Both = 3,
}

/// <summary>How a check ended.</summary>
internal enum Outcome
{
    Safe,
    DualAccept,    // two live nodes accepted at the same time
    Fatal,         // a node ended itself
    OldToken,      // with an arbiter: a node accepted under a token below one that had served
    NotServing,    // the faults were over and still not exactly one node served, or not for good
    LimitReached,  // no counterexample among the states that the limit allowed
}

/// <summary>
/// One question to the checker: the timing in ticks, how often each fault may happen, and what is asked of the pair.
/// The pair starts from nothing; either node may be started at any tick, and again at any tick after its end.
/// </summary>
internal sealed record Scenario
{
    public required string Name { get; init; }

    public int H { get; init; } = 4;

    public int F { get; init; } = 16;

    /// <summary>The greatest delay of a message.</summary>
    public int D { get; init; } = 1;

    public int Crashes { get; init; }

    public int Stops { get; init; }

    public int Pauses { get; init; }

    public int Losses { get; init; }

    public int HandOvers { get; init; }

    public int Promotions { get; init; }

    /// <summary>How often a node gets false evidence that its peer's process is dead.</summary>
    public int FalseEvidence { get; init; }

    /// <summary>How many frames arrive that are no messages of the protocol. Not a fault: the pair serves on.</summary>
    public int Garbage { get; init; }

    public int LinkFaultCount { get; init; }

    public LinkFaults LinkFaultKinds { get; init; }

    /// <summary>The longest that a link fault lasts, in ticks; 0: without end.</summary>
    public int LinkFaultMax { get; init; }

    /// <summary>Whether a link fault under way stays when all other faults are over.</summary>
    public bool LinkFaultStays { get; init; }

    /// <summary>Whether a node may get evidence of its peer's death while the peer is dead.</summary>
    public bool TrueEvidence { get; init; }

    /// <summary>Whether a node may be started in the very tick of its end; else no sooner than H/2 after.</summary>
    public bool InstantRestart { get; init; }

    public Who MayPause { get; init; } = Who.Both;

    public Who MayCrash { get; init; } = Who.Both;

    /// <summary>Whose messages may be lost.</summary>
    public Who MayLose { get; init; } = Who.Both;

    /// <summary>Which half, if any, is the guide's original node, with its own heartbeat and failover timeout.</summary>
    public Who Original { get; init; }

    public int OriginalH { get; init; } = 8;

    public int OriginalF { get; init; } = 16;

    /// <summary>Whether the original may end itself (it then stays away); what remains must serve.</summary>
    public bool OriginalMayDie { get; init; }

    /// <summary>Whether a vote may also come up to the short gap after the drain of its turn (a slow handler).</summary>
    public bool SlowHandlers { get; init; }

    public Rule Without { get; init; }

    /// <summary>Whether two nodes may accept at a time (a long cut); then only their fate afterwards is judged.</summary>
    public bool DualAcceptAllowed { get; init; }

    /// <summary>Whether it is asked that one node serves, for good, once the faults are over.</summary>
    public bool Liveness { get; init; } = true;

    /// <summary>
    /// So many ticks after the last fault: F + H + the settling or, beside an original node, the longer offer guard;
    /// after two nodes served, another F and D, because a primary that is not received takes that long to notice.
    /// </summary>
    public int ServesWithin =>
        F + H + Math.Max(H * 3 / 2, Original == Who.None ? 0 : H + OriginalH) + (DualAcceptAllowed ? F + D : 0);

    public Outcome Expected { get; init; } = Outcome.Safe;

    /// <summary>Stop after so many states; 0: explore them all.</summary>
    public long Limit { get; init; }
}
