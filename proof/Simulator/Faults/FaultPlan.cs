using NetMQ.HighAvailability.Protocol;
using NetMQ.HighAvailability.Simulator.Model;

namespace NetMQ.HighAvailability.Simulator.Faults;

/// <summary>Draws incidents: mostly one fault, sometimes a few close together, with durations that like the limits.</summary>
internal sealed class FaultPlan(Dice dice, Timing timing, bool hasArbiter)
{
    private static readonly (FaultKind Kind, int Weight)[] Weights =
    [
        (FaultKind.Crash, 20), (FaultKind.InstantRestart, 2), (FaultKind.Stop, 8), (FaultKind.PowerCut, 2), (FaultKind.Pause, 22),
        (FaultKind.ClockStep, 1), (FaultKind.Loss, 16), (FaultKind.Cut, 6), (FaultKind.OneWayCut, 5), (FaultKind.Stall, 6),
        (FaultKind.HandOver, 8), (FaultKind.Promotion, 1), (FaultKind.FalseEvidence, 1), (FaultKind.Garbage, 2),
    ];

    // Clocks that are set and false evidence break what an arbiter's guarantee rests on.
    private readonly (FaultKind Kind, int Weight)[] weights = !hasArbiter
        ? Weights
        : [.. Weights.Where(w => w.Kind is not (FaultKind.ClockStep or FaultKind.FalseEvidence)), (FaultKind.ArbiterDown, 12), (FaultKind.ArbiterCut, 16)];

    private readonly TimeSpan[] limits =
    [
        timing.ShortGap, timing.LongGap, timing.Lease, timing.Failover, timing.Settle, timing.OfferGuard, timing.Heartbeat,
        timing.Failover - timing.Heartbeat, timing.Failover + timing.Heartbeat,
    ];

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    public List<Fault> Draw()
    {
        var count = dice.Below(100) switch { < 55 => 1, < 78 => 2, < 90 => 3, < 96 => 4, < 98 => 5, _ => 6 };
        var faults = new List<Fault>(count);
        var at = TimeSpan.Zero;
        for (var i = 0; i < count; i++)
        {
            faults.Add(DrawOne(at));
            at += dice.Percent(60) ? dice.Between(TimeSpan.Zero, timing.Heartbeat * 2) : dice.Between(TimeSpan.Zero, timing.Failover * 3);
        }

        return faults;
    }

    private Fault DrawOne(TimeSpan at)
    {
        var kind = DrawKind();
        var lasts = kind switch
        {
            FaultKind.Crash or FaultKind.Stop or FaultKind.PowerCut => dice.Magnitude(timing.Heartbeat / 2, timing.Failover * 10),
            FaultKind.InstantRestart => dice.Between(TimeSpan.Zero, timing.Heartbeat / 2),
            FaultKind.Pause => dice.Percent(40) ? NearALimit() : dice.Magnitude(Ms(20), timing.Failover * 8),
            FaultKind.ClockStep => dice.Magnitude(Ms(20), timing.Failover * 100) * dice.Of(-1, 1),
            FaultKind.ArbiterDown or FaultKind.ArbiterCut => dice.Magnitude(Ms(50), timing.Failover * 20),
            FaultKind.Cut or FaultKind.OneWayCut or FaultKind.Stall =>
                dice.Percent(30) ? dice.Between(Ms(20), timing.Heartbeat * 2) : dice.Magnitude(Ms(50), timing.Failover * 20),
            _ => TimeSpan.Zero,
        };
        var lost = kind == FaultKind.Loss ? dice.Below(100) switch { < 65 => 1, < 90 => 2, < 96 => 4, _ => 8 } : 0;
        return new Fault(kind, at, (int)dice.Below(2), lasts, lost, dice.Percent(50));
    }

    // Where a rule changes its mind is where a defect would be.
    private TimeSpan NearALimit() => dice.Of(limits) * (0.96 + dice.Below(60) / 1000.0);

    private FaultKind DrawKind()
    {
        var drawn = dice.Below(weights.Sum(w => w.Weight));
        foreach (var (kind, weight) in weights)
        {
            drawn -= weight;
            if (drawn < 0) return kind;
        }

        throw new InvalidOperationException("The weights do not add up to their sum.");
    }
}
