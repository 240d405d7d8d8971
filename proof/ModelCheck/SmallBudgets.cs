using NetMQ.HighAvailability.ModelCheck.Model;

namespace NetMQ.HighAvailability.ModelCheck;

/// <summary>Budgets small enough for every test run.</summary>
internal static class SmallBudgets
{
    public static IEnumerable<Scenario> All => [.. Safe, .. Unsafe, .. AfterCuts, .. OtherTimings, .. BesideAnOriginal];

    private static IEnumerable<Scenario> Safe =>
    [
        new() { Name = "no fault" },
        new() { Name = "six lost", Losses = 6 },
        new() { Name = "six lost, garbage", Losses = 6, Garbage = 2 },
        new() { Name = "crash, six lost", Crashes = 1, Losses = 6 },
        new() { Name = "two crashes, six lost", Crashes = 2, Losses = 6 },
        new() { Name = "two crashes, instant restarts, lost", Crashes = 2, Losses = 1, InstantRestart = true },
        new() { Name = "two crashes, evidence, instant restarts", Crashes = 2, TrueEvidence = true, InstantRestart = true },
        new() { Name = "promotion, crash, evidence, two lost", Promotions = 1, Crashes = 1, TrueEvidence = true, Losses = 2 },
        new() { Name = "promotion, two lost", Promotions = 1, Losses = 2 },
        new() { Name = "hand-over, crash, three lost", HandOvers = 1, Crashes = 1, Losses = 3 },
        new() { Name = "two hand-overs, five lost", HandOvers = 2, Losses = 5 },
        new() { Name = "two stops, six lost", Stops = 2, Losses = 6 },
        new() { Name = "stop, hand-over, crash", Stops = 1, HandOvers = 1, Crashes = 1 },
        new() { Name = "pause", Pauses = 1 },
        new() { Name = "pause, slow handlers", Pauses = 1, SlowHandlers = true },
        new() { Name = "three lost, pause", Losses = 3, Pauses = 1 },
        // A backup alone that takes active back after the pause, while the primary starts.
        new() { Name = "promotion, lost, pause", Promotions = 1, Losses = 1, Pauses = 1 },
        new() { Name = "cut or stall of 3H", LinkFaultCount = 1, LinkFaultKinds = LinkFaults.Cuts | LinkFaults.Stalls, LinkFaultMax = 12 },
        new() { Name = "cut of 3H, crash", LinkFaultCount = 1, LinkFaultKinds = LinkFaults.Cuts, LinkFaultMax = 12, Crashes = 1 },
        new() { Name = "pause, cut of 3H/2", Pauses = 1, LinkFaultCount = 1, LinkFaultKinds = LinkFaults.CutBoth, LinkFaultMax = 6 },
        new() { Name = "stall of 2H, crash", LinkFaultCount = 1, LinkFaultKinds = LinkFaults.Stalls, LinkFaultMax = 8, Crashes = 1 },
    ];

    private static IEnumerable<Scenario> Unsafe =>
    [
        Dual(new() { Name = "seven lost", Losses = 7 }),
        Dual(new() { Name = "false evidence", FalseEvidence = 1 }),
        Dual(new() { Name = "cut of F", LinkFaultCount = 1, LinkFaultKinds = LinkFaults.CutBoth, LinkFaultMax = 16 }),
        Dual(new() { Name = "one-way cut of F", LinkFaultCount = 1, LinkFaultKinds = LinkFaults.OneWayCuts, LinkFaultMax = 16 }),
        Dual(new() { Name = "pause, cut of 9H/4", Pauses = 1, LinkFaultCount = 1, LinkFaultKinds = LinkFaults.CutBoth, LinkFaultMax = 9 }),
        Dual(new() { Name = "promotion, three lost", Promotions = 1, Losses = 3 }),
        Dual(new() { Name = "five lost, pause", Losses = 5, Pauses = 1 }),
        Dual(new() { Name = "stall of 9H/4, crash", LinkFaultCount = 1, LinkFaultKinds = LinkFaults.Stalls, LinkFaultMax = 9, Crashes = 1 }),
        Dual(new() { Name = "stall of F", LinkFaultCount = 1, LinkFaultKinds = LinkFaults.Stalls, LinkFaultMax = 16 }),
    ];

    // Two nodes may have served meanwhile; neither ends because of it, and then one serves.
    private static IEnumerable<Scenario> AfterCuts =>
    [
        new() { Name = "after a cut", LinkFaultCount = 1, LinkFaultKinds = LinkFaults.CutBoth, DualAcceptAllowed = true },
        new() { Name = "after a one-way cut", LinkFaultCount = 1, LinkFaultKinds = LinkFaults.OneWayCuts, DualAcceptAllowed = true },
        new() { Name = "in a one-way cut that stays", LinkFaultCount = 1, LinkFaultKinds = LinkFaults.OneWayCuts, LinkFaultStays = true, DualAcceptAllowed = true },
        new() { Name = "after a stall", LinkFaultCount = 1, LinkFaultKinds = LinkFaults.Stalls, LinkFaultMax = 24, DualAcceptAllowed = true },
        new() { Name = "after a cut and a crash", LinkFaultCount = 1, LinkFaultKinds = LinkFaults.Cuts, Crashes = 1, DualAcceptAllowed = true },
        new() { Name = "after two cuts", LinkFaultCount = 2, LinkFaultKinds = LinkFaults.Cuts, DualAcceptAllowed = true },
        new() { Name = "after seven lost", Losses = 7, DualAcceptAllowed = true },
        new() { Name = "after false evidence", FalseEvidence = 1, Crashes = 1, DualAcceptAllowed = true },
    ];

    private static IEnumerable<Scenario> OtherTimings =>
    [
        new() { Name = "F = 3H: four lost, crash", F = 12, Losses = 4, Crashes = 1 },
        Dual(new() { Name = "F = 3H: five lost", F = 12, Losses = 5 }),
        new() { Name = "F = 6H: seven lost", F = 24, Losses = 7 },
        new() { Name = "H = 8: six lost", H = 8, D = 2, F = 32, Losses = 6 },
        new() { Name = "H = 8: crash, two lost", H = 8, D = 2, F = 32, Crashes = 1, Losses = 2 },
        new() { Name = "H = 8: promotion, hand-over, stop", H = 8, D = 2, F = 32, Promotions = 1, HandOvers = 1, Stops = 1 },
        Dual(new() { Name = "H = 8: seven lost", H = 8, D = 2, F = 32, Losses = 7 }),
    ];

    private static IEnumerable<Scenario> BesideAnOriginal =>
        from half in new[] { Who.Primary, Who.Backup }
        let ours = Who.Both & ~half
        let name = $"original {half.ToString().ToLowerInvariant()}: "
        let pair = new Scenario { Name = name, F = 24, Original = half, MayLose = ours, MayPause = ours }
        from scenario in new[]
        {
            pair with { Name = name + "crash", Crashes = 1 },
            pair with { Name = name + "two stops, hand-over", Stops = 2, HandOvers = 1 },
            pair with { Name = name + "promotion, one of ours lost", Promotions = 1, Losses = 1 },
            pair with { Name = name + "pause of ours", Pauses = 1 },
            pair with { Name = name + "promotion, pause of ours", Promotions = 1, Pauses = 1 },
            pair with { Name = name + "one of its own lost", Losses = 1, MayLose = half },
            pair with { Name = name + "pause of its own ends it", Pauses = 1, MayPause = half, OriginalMayDie = true, DualAcceptAllowed = true },
            pair with { Name = name + "cut ends it", LinkFaultCount = 1, LinkFaultKinds = LinkFaults.Cuts, OriginalMayDie = true, DualAcceptAllowed = true },
        }
        select scenario;

    private static Scenario Dual(Scenario scenario) => scenario with { Liveness = false, Expected = Outcome.DualAccept };
}
