using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Simulator.Faults;

/// <summary>
/// What has gone wrong since the pair was last whole, and whether that is within what the pair promises: a combination
/// that docs/model-check.md lists as searched and safe at F = 4H. All else is outside: a longer cut or stall, a restart
/// at once, false evidence, or more faults at once.
/// </summary>
internal sealed class Ledger(Timing timing)
{
    /// <summary>The model check's safe budgets.</summary>
    private static readonly Budget[] Promised =
    [
        new() { Lost = 2, Promotions = 1 },
        new() { Lost = 5, HandOvers = 2 },
        new() { Lost = 5, Crashes = 2 },
        new() { Lost = 2, Crashes = 1, Promotions = 1 },
        new() { Lost = 3, Crashes = 1, HandOvers = 1 },
        new() { Lost = 1, Crashes = 1, Pauses = 1 },
        new() { Lost = 5, Stops = 2 },
        new() { Lost = 3, Pauses = 1 },
        new() { Lost = 1, Pauses = 2 },
        new() { Pauses = 3 },
        new() { Pauses = 2, Crashes = 2 },
        new() { Pauses = 1, Stops = 2 },
        new() { Pauses = 1, Crashes = 1, HandOvers = 1 },
        new() { Pauses = 1, Crashes = 1, Promotions = 1 },
        new() { Crashes = 1, Stops = 1, HandOvers = 1 },
        new() { Cuts = 1, Crashes = 1 },
        new() { Stalls = 1 },
        new() { ShortStalls = 1, Crashes = 1 },
    ];

    private Budget sum;
    private string? beyond;

    /// <summary>Why the pair promises nothing at the moment; null: it promises to have one node serving at most.</summary>
    public string? Outside => beyond ?? (IsPromised(sum) ? null : "more faults at once than the budgets");

    public void Clear() => (sum, beyond) = (default, null);

    public void Enter(in Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.Crash: sum.Crashes++; break;
            case FaultKind.Stop: sum.Stops++; break;
            case FaultKind.Pause or FaultKind.ClockStep: sum.Pauses++; break; // a set clock makes a gap, or is worse
            case FaultKind.Loss: sum.Lost += fault.Count; break;
            case FaultKind.HandOver: sum.HandOvers++; break;
            case FaultKind.Promotion: sum.Promotions++; break;
            case FaultKind.Cut or FaultKind.OneWayCut when fault.Lasts <= timing.Heartbeat * 2: sum.Cuts++; break;
            case FaultKind.Cut or FaultKind.OneWayCut: beyond ??= "a cut of more than 2H"; break;
            case FaultKind.Stall when fault.Lasts <= timing.Heartbeat * 3 / 2: sum.ShortStalls++; break;
            case FaultKind.Stall when fault.Lasts <= timing.Heartbeat * 2: sum.Stalls++; break;
            case FaultKind.Stall: beyond ??= "a stall of more than 2H"; break;
            case FaultKind.InstantRestart: beyond ??= "a restart sooner than H/2"; break;
            case FaultKind.FalseEvidence: beyond ??= "false evidence of a crash"; break;

            // Nothing is left of a pair that is off, and any start is one that the model check begins with.
            case FaultKind.PowerCut: sum.Promotions++; break;
            case FaultKind.Garbage: break;
        }
    }

    private static bool IsPromised(in Budget spent)
    {
        foreach (ref readonly var budget in Promised.AsSpan())
        {
            if (spent.FitsIn(budget)) return true;
        }

        return false;
    }

    private record struct Budget
    {
        public int Lost { get; set; }

        public int Pauses { get; set; }

        public int Crashes { get; set; }

        public int Stops { get; set; }

        public int HandOvers { get; set; }

        public int Promotions { get; set; }

        public int Cuts { get; set; }

        public int Stalls { get; set; }

        public int ShortStalls { get; set; }


        public readonly bool FitsIn(in Budget most) =>
            Lost <= most.Lost && Pauses <= most.Pauses && Crashes <= most.Crashes && Stops <= most.Stops
            && HandOvers <= most.HandOvers && Promotions <= most.Promotions && Cuts <= most.Cuts && Stalls <= most.Stalls
            && ShortStalls <= most.ShortStalls + most.Stalls;
    }
}
