using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Arbiter;

/// <summary>A part of the nine rules that a search may take out, to show that it is needed.</summary>
internal enum MandateRule
{
    None,
    Over,                // 1: a right that is over is noticed before anything else
    LeaseFromSending,    // 2: a lease counts from before it was asked for
    LeaseEndsWithRelax,  // 2: and no longer than it has not been given back
    Compare,             // 4: a write changes only the version that was seen
    Observe,             // 4: a lease is waited for
    ObserveFromAnswer,   // 4: from the answer that showed it
    NewToken,            // 5: a term begins with a token above all that are known
    Promise,             // 6: who has received an active peer takes over nothing
    PromiseFromSending,  // 6: a promise counts from when the acknowledged message was sent
    PresentTerm,         // 6: and for its own term
    ReleaseByToken,      // 7: only a message sent after the promised term ends a promise
    StartPromise,        // 8: a new process keeps what its predecessor promised
    StartReadOfPeer,     // 8: until it has read whose the record is
    EvidenceAfterRead,   // evidence breaks only a lease that was read before
}

/// <summary>What a search found.</summary>
internal enum ArbiterOutcome
{
    Safe,
    DualActive,   // two nodes may serve at the same time
    OldToken,     // a node serves with a token below one that has served
    LimitReached,
}

/// <summary>One question about two nodes and an arbiter. Times in ticks; faults are not counted, they may happen at any time.</summary>
internal sealed record ArbiterScenario
{
    public required string Name { get; init; }

    public ArbiterPolicy Policy { get; init; } = ArbiterPolicy.Quorum;

    /// <summary>How long a promise is kept, and relied on.</summary>
    public int Promise { get; init; } = 2;
    public int Promised { get; init; } = 2;

    /// <summary>How long a lease is waited for, and relied on.</summary>
    public int Lease { get; init; } = 2;
    public int Leased { get; init; } = 2;

    /// <summary>Messages under way in each direction: in any order, delayed without limit, lost at will.</summary>
    public int Messages { get; init; } = 1;

    /// <summary>Tokens further behind than this are not told apart.</summary>
    public int OldestToken { get; init; } = 2;

    /// <summary>True evidence of a crash is possible, and believed.</summary>
    public bool Evidence { get; init; }

    /// <summary>So is false evidence.</summary>
    public bool FalseEvidence { get; init; }

    /// <summary>Either clock may be one tick ahead, and cease to be.</summary>
    public bool Drift { get; init; }

    public bool Crashes { get; init; } = true;

    /// <summary>The two nodes are two processes of one role.</summary>
    public bool Twins { get; init; }

    /// <summary>Without abandoned requests and renewals: to reach long stories.</summary>
    public bool Lean { get; init; }

    public MandateRule Without { get; init; }

    public ArbiterOutcome Expected { get; init; }

    /// <summary>The search ends after so many states; 0: with the last one.</summary>
    public long Limit { get; init; }

    public BinaryStarRole Role(int who) => who == 0 || Twins ? BinaryStarRole.Primary : BinaryStarRole.Backup;

    public MandateTiming Timing => new()
    {
        Promise = ArbiterWorld.Ticks(Promise),
        Promised = ArbiterWorld.Ticks(Promised),
        Lease = ArbiterWorld.Ticks(Lease),
        Leased = ArbiterWorld.Ticks(Leased),
    };
}
