using NetMQ.HighAvailability.ModelCheck.Model;

namespace NetMQ.HighAvailability.ModelCheck.Arbitrated;

/// <summary>The questions that are asked of a whole pair with an arbiter, with the answers that they are to give.</summary>
internal static class ArbitratedScenarios
{
    private const long Most = 10_000_000;

    private static readonly ArbitratedScenario Quorum = new() { Name = "pair, quorum: " };
    private static readonly ArbitratedScenario Strict = new() { Name = "pair, strict: ", Policy = ArbiterPolicy.Strict };

    private static readonly ArbitratedScenario CutOff = Quorum with { LinkFaultCount = 1, LinkFaultKinds = LinkFaults.CutBoth, Together = true };

    /// <summary>Seconds each: part of every test run.</summary>
    public static IReadOnlyList<ArbitratedScenario> Small { get; } =
    [
        Quorum with { Name = "pair, quorum: no fault" },
        Quorum with { Name = "pair, quorum: a slow request", SlowRequests = 1, Together = true },
        Quorum with { Name = "pair, quorum: a cut", LinkFaultCount = 1, LinkFaultKinds = LinkFaults.Cuts, Together = true, Limit = 150_000 },
        Quorum with { Name = "pair, quorum: crash of the primary", Crashes = 1, MayCrash = Who.Primary, TrueEvidence = true, Together = true, Limit = 150_000 },
        Quorum with { Name = "pair, quorum: pause", Pauses = 1, Together = true, Limit = 150_000 },
        Strict with { Name = "pair, strict: no fault" },
        Strict with { Name = "pair, strict: cut, cut from the arbiter", LinkFaultCount = 1, LinkFaultKinds = LinkFaults.CutBoth, ArbiterCuts = 1, Together = true, Limit = 100_000 },
    ];

    /// <summary>One part of a rule taken out of each, which the search has to notice.</summary>
    public static IReadOnlyList<ArbitratedScenario> WithoutRules { get; } =
    [
        Bad(CutOff with { Name = "pair, quorum: a lease waited for a quarter of its time", Without = ArbitratedRule.Lease }),
        Bad(CutOff with { Name = "pair, quorum: a store that does not compare", Without = ArbitratedRule.Compare }),
        Bad(Quorum with { Name = "pair, quorum: false evidence", FalseEvidence = 1, Together = true }),
        Bad(CutOff with { Name = "pair, strict: a lease waited for a quarter of its time", Policy = ArbiterPolicy.Strict, Without = ArbitratedRule.Lease }),
    ];

    /// <summary>Minutes and gigabytes each.</summary>
    public static IReadOnlyList<ArbitratedScenario> Large { get; } =
    [
        Quorum with { Name = "large: pair, quorum: crash", Crashes = 1, TrueEvidence = true, Together = true, Limit = Most },
        Quorum with { Name = "large: pair, quorum: pause", Pauses = 1, Together = true, Limit = Most },
        Quorum with { Name = "large: pair, quorum: three slow requests", SlowRequests = 3, Together = true, Limit = Most },
        Quorum with { Name = "large: pair, quorum: hand-over, failure, check", HandOvers = 1, Failures = 1, Checks = 1, Together = true, Limit = Most },
        Quorum with { Name = "large: pair, quorum: two lost", Losses = 2, Together = true, Limit = Most },
        CutOff with { Name = "large: pair, quorum: cut, cut from the arbiter", ArbiterCuts = 1, Limit = Most },
        Strict with { Name = "large: pair, strict: crash", Crashes = 1, TrueEvidence = true, Together = true, Limit = Most },
        Strict with { Name = "large: pair, strict: pause", Pauses = 1, Together = true, Limit = Most },
    ];

    public static IEnumerable<ArbitratedScenario> All => Small.Concat(WithoutRules).Concat(Large);

    private static ArbitratedScenario Bad(ArbitratedScenario scenario) => scenario with { Expected = Outcome.DualAccept, Liveness = false };
}
