using NetMQ.HighAvailability.ModelCheck.Model;

namespace NetMQ.HighAvailability.ModelCheck;

/// <summary>
/// Each hardening taken out in turn, with the smallest budget found that misses it. With the rule in place the same
/// budget is safe.
/// </summary>
internal static class RemovedRules
{
    public static IEnumerable<Scenario> All =>
    [
        Dual(new() { Name = "without the lease: pause", Without = Rule.Lease, Pauses = 1 }),
        Dual(new() { Name = "without settling: promotion, two lost", Without = Rule.Settle, Promotions = 1, Losses = 2 }),
        Dual(new() { Name = "without the offer guard: promotion, two lost", Without = Rule.OfferGuard, Promotions = 1, Losses = 2 }),
        // Only from H = 8 on does a gap fit between the purge's threshold and the settling's.
        Dual(new()
        {
            Name = "without the purge: promotion, lost, pause", Without = Rule.Purge, H = 8, D = 2, F = 24,
            Promotions = 1, Losses = 1, Pauses = 1, MayLose = Who.Primary, MayPause = Who.Primary,
        }),
        Dual(new() { Name = "without the drain: no fault", Without = Rule.Drain }),
        Dual(new() { Name = "without noticing gaps: crash, pause", Without = Rule.Gap, Crashes = 1, Pauses = 1 }),
        Dual(new() { Name = "with gaps that count as silence: three lost, pause", Without = Rule.GapExpiry, Losses = 3, Pauses = 1 }),
        new()
        {
            Name = "without the quiet beside an original: pause of ours", Without = Rule.Quiet, F = 24, Original = Who.Backup,
            Pauses = 1, MayPause = Who.Primary, Expected = Outcome.Fatal,
        },
        new() { Name = "with garbage as a sign of life: crash, garbage", Without = Rule.Garbage, Crashes = 1, Garbage = 1, Expected = Outcome.NotServing },
        new()
        {
            Name = "without the yield policy: cut", Without = Rule.YieldPolicy, LinkFaultCount = 1, LinkFaultKinds = LinkFaults.Cuts,
            DualAcceptAllowed = true, Expected = Outcome.Fatal,
        },
        new()
        {
            Name = "without the dual-passive rule: one-way cut", Without = Rule.DualPassive, LinkFaultCount = 1,
            LinkFaultKinds = LinkFaults.OneWayCuts, DualAcceptAllowed = true, Expected = Outcome.NotServing,
        },
    ];

    private static Scenario Dual(Scenario scenario) => scenario with { Liveness = false, Expected = Outcome.DualAccept };
}
