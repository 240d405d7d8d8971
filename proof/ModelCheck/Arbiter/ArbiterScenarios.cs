namespace NetMQ.HighAvailability.ModelCheck.Arbiter;

/// <summary>The questions that are asked of the nine rules, with the answers that they are to give.</summary>
internal static class ArbiterScenarios
{
    private static readonly ArbiterScenario Strict = new() { Name = "arbiter, strict", Policy = ArbiterPolicy.Strict, Messages = 0 }; // they change nothing
    private static readonly ArbiterScenario Quorum = new() { Name = "arbiter, quorum" };

    /// <summary>Seconds each: part of every test run.</summary>
    public static IReadOnlyList<ArbiterScenario> Small { get; } =
    [
        Strict,
        Strict with { Name = "arbiter, strict, evidence", Evidence = true },
        Strict with { Name = "arbiter, strict, two processes of one role", Twins = true },
        Quorum with { Name = "arbiter, quorum, the first states", Limit = 400_000 },
        Quorum with { Name = "arbiter, quorum, no crash, lean", Crashes = false, Lean = true },
    ];

    /// <summary>One part of a rule taken out of each, which the search has to notice.</summary>
    public static IReadOnlyList<ArbiterScenario> WithoutRules { get; } =
    [
        .. from rule in Enum.GetValues<MandateRule>()
           where rule is not (MandateRule.None or MandateRule.PresentTerm or MandateRule.EvidenceAfterRead or MandateRule.ReleaseByToken or MandateRule.NewToken)
           select Bad(Quorum, $"without {rule}") with { Without = rule, Lean = rule is not (MandateRule.LeaseFromSending or MandateRule.Compare) },
        Bad(Quorum, "without EvidenceAfterRead") with { Without = MandateRule.EvidenceAfterRead, Evidence = true },
        Bad(Quorum, "without ReleaseByToken, two messages") with { Without = MandateRule.ReleaseByToken, Messages = 2, Crashes = false },
        Bad(Quorum, "false evidence") with { Evidence = true, FalseEvidence = true },
        Bad(Quorum, "two processes of one role") with { Twins = true, Lean = true },
        Bad(Quorum, "a promise a tick short") with { Promise = 1 },
        Bad(Quorum, "a lease waited for a tick short") with { Lease = 1 },
        Bad(Quorum, "clocks a tick off, no margin") with { Drift = true, Crashes = false },
        Bad(Quorum, "clocks a tick off, margin of one") with { Drift = true, Crashes = false, Promise = 3, Lease = 3 },
        .. from rule in new[] { MandateRule.LeaseFromSending, MandateRule.Compare, MandateRule.Observe, MandateRule.ObserveFromAnswer }
           select Bad(Strict, $"without {rule}") with { Without = rule },
        Bad(Strict, "without EvidenceAfterRead") with { Without = MandateRule.EvidenceAfterRead, Evidence = true },
        Bad(Strict, "false evidence") with { Evidence = true, FalseEvidence = true },
    ];

    /// <summary>Minutes and gigabytes each.</summary>
    public static IReadOnlyList<ArbiterScenario> Large { get; } =
    [
        Strict with { Name = "large: arbiter, strict, clocks a tick off", Drift = true, Lease = 4 },
        Quorum with { Name = "large: arbiter, quorum, no crash", Crashes = false },
        Quorum with { Name = "large: arbiter, quorum" },
        Quorum with { Name = "large: arbiter, quorum, evidence", Evidence = true },
        Quorum with { Name = "large: arbiter, quorum, no crash, times of three", Crashes = false, Promise = 3, Promised = 3, Lease = 3, Leased = 3 },
        Quorum with { Name = "large: arbiter, quorum, no crash, older tokens told apart", Crashes = false, OldestToken = 3 },
        Quorum with { Name = "large: arbiter, quorum, no crash, clocks a tick off", Crashes = false, Drift = true, Promise = 4, Lease = 4 },
        Quorum with { Name = "large: arbiter, quorum, no crash, two messages", Crashes = false, Messages = 2, Limit = 100_000_000 },
        Bad(Quorum, "without PresentTerm") with { Without = MandateRule.PresentTerm, Lean = true },
        Bad(Quorum, "without NewToken, two messages") with { Without = MandateRule.NewToken, Messages = 2 },
    ];

    public static IEnumerable<ArbiterScenario> All => Small.Concat(WithoutRules).Concat(Large);

    private static ArbiterScenario Bad(ArbiterScenario scenario, string what) =>
        scenario with { Name = $"{scenario.Name}, {what}", Expected = ArbiterOutcome.DualActive };
}
