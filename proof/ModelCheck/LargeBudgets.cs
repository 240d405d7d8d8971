using NetMQ.HighAvailability.ModelCheck.Model;

namespace NetMQ.HighAvailability.ModelCheck;

/// <summary>Budgets that take minutes and gigabytes. Where the states are too many, a limit ends the search.</summary>
internal static class LargeBudgets
{
    private const long Most = 40_000_000;

    public static IEnumerable<Scenario> All =>
    [
        new() { Name = "large: hand-over, crash, pause", HandOvers = 1, Crashes = 1, Pauses = 1 },
        new() { Name = "large: promotion, crash, pause", Promotions = 1, Crashes = 1, Pauses = 1 },
        new() { Name = "large: promotion, crash, lost, pause", Promotions = 1, Crashes = 1, Losses = 1, Pauses = 1 },
        new() { Name = "large: two promotions, two pauses", Promotions = 2, Pauses = 2 },
        new() { Name = "large: two stops, pause", Stops = 2, Pauses = 1 },
        new() { Name = "large: crash, lost, pause", Crashes = 1, Losses = 1, Pauses = 1 },
        Dual(new() { Name = "large: crash, three lost, pause", Crashes = 1, Losses = 3, Pauses = 1 }),
        new() { Name = "large: crash, evidence, instant restart, pause", Crashes = 1, TrueEvidence = true, InstantRestart = true, Pauses = 1 },
        new() { Name = "large: F = 3H: pause, lost", F = 12, Pauses = 1, Losses = 1 },
        new() { Name = "large: F = 6H: two lost, pause", F = 24, Pauses = 1, Losses = 2 },
        new() { Name = "large: H = 8: pause", H = 8, D = 2, F = 32, Pauses = 1 },
        new() { Name = "large: H = 8: two lost, crash, promotion", H = 8, D = 2, F = 32, Losses = 2, Crashes = 1, Promotions = 1 },
        new() { Name = "large: H = 8: two lost, pause", H = 8, D = 2, F = 32, Losses = 2, Pauses = 1, Liveness = false },
        BesideAnOriginal(Who.Primary) with { Name = "large: original primary: crash, pause of ours", Crashes = 1, Pauses = 1 },
        BesideAnOriginal(Who.Primary) with { Name = "large: original primary: promotion, crash, pause of ours", Promotions = 1, Crashes = 1, Pauses = 1 },
        BesideAnOriginal(Who.Primary) with { Name = "large: original primary: one of ours lost, pause of ours", Losses = 1, Pauses = 1 },
        BesideAnOriginal(Who.Backup) with { Name = "large: original backup: crash, one of ours lost, pause of ours", Crashes = 1, Losses = 1, Pauses = 1 },
        // The original has no offer guard: back from a crash, it serves while its last offer is on its way.
        Dual(BesideAnOriginal(Who.Primary) with { Name = "large: original primary: crash, one of ours lost, pause of ours", Crashes = 1, Losses = 1, Pauses = 1 }),
        new() { Name = "large: lost, two pauses", Losses = 1, Pauses = 2 },
        new() { Name = "large: crash, two pauses", Crashes = 1, Pauses = 2, Liveness = false },
        new() { Name = "large: three pauses", Pauses = 3, Limit = Most, Liveness = false },
        new() { Name = "large: two crashes, two pauses", Crashes = 2, Pauses = 2, Limit = 30_000_000, Liveness = false },
    ];

    private static Scenario BesideAnOriginal(Who half) => new()
    {
        Name = "",
        F = 24,
        Original = half,
        MayLose = Who.Both & ~half,
        MayPause = Who.Both & ~half,
    };

    private static Scenario Dual(Scenario scenario) => scenario with { Liveness = false, Expected = Outcome.DualAccept };
}
