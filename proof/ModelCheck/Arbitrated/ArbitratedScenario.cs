using NetMQ.HighAvailability.ModelCheck.Model;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Arbitrated;

/// <summary>What a run may take out, to show that the check would miss it.</summary>
internal enum ArbitratedRule
{
    None,
    Lease,   // a lease is waited for a quarter of the time for which it is relied on
    Compare, // the arbiter carries out every write
}

/// <summary>
/// One question about a whole pair with an arbiter: the timing in ticks, and how often each fault may happen. The pair starts from nothing; either node may be
/// started at any tick, and again after its end. Unless a fault says otherwise the arbiter answers at once, or carries a request out at some time before the
/// node's next turn, and answers in that.
/// </summary>
internal sealed record ArbitratedScenario
{
    public required string Name { get; init; }

    public ArbiterPolicy Policy { get; init; } = ArbiterPolicy.Quorum;

    public int H { get; init; } = 4;

    public int F { get; init; } = 16;

    public int Lease { get; init; } = 16;

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

    /// <summary>How many requests to the arbiter are carried out at any later time or never, and answered at any time after that or never.</summary>
    public int SlowRequests { get; init; }

    /// <summary>How many fail, and are carried out at any later time or never.</summary>
    public int Failures { get; init; }

    /// <summary>How often the arbiter is asked although nothing is needed of it, to know whether it answers.</summary>
    public int Checks { get; init; }

    public int LinkFaultCount { get; init; }

    public LinkFaults LinkFaultKinds { get; init; }

    /// <summary>How often one node, or both, cannot reach the arbiter: then all requests are slow ones.</summary>
    public int ArbiterCuts { get; init; }

    /// <summary>Whether a node may get evidence of its peer's death while the peer is dead.</summary>
    public bool TrueEvidence { get; init; }

    /// <summary>Both nodes are started in the first tick.</summary>
    public bool Together { get; init; }

    public Who MayCrash { get; init; } = Who.Both;

    public Who MayPause { get; init; } = Who.Both;

    public ArbitratedRule Without { get; init; }

    public Outcome Expected { get; init; } = Outcome.Safe;

    /// <summary>Stop after so many states; 0: explore them all.</summary>
    public long Limit { get; init; }

    /// <summary>
    /// Whether it is asked that exactly one node serves so many ticks after the last fault, once messages and answers take a tick each: a promise, a lease, the
    /// settling and the offer guard, and what is asked and answered meanwhile.
    /// </summary>
    public bool Liveness { get; init; } = true;

    public int ServesWithin => F + Lease + (5 * H);

    public bool Compares => Without != ArbitratedRule.Compare;

    public Timing Timing => Timing.From(ArbitratedWorld.Ticks(H), ArbitratedWorld.Ticks(F));

    public MandateTiming MandateTiming
    {
        get
        {
            var timing = MandateTiming.From(ArbitratedWorld.Ticks(F), ArbitratedWorld.Ticks(Lease));
            return Without == ArbitratedRule.Lease ? timing with { Lease = timing.Lease / 4 } : timing;
        }
    }
}
