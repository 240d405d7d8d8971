using NetMQ.HighAvailability.Protocol;
using NetMQ.HighAvailability.Simulator.Model;

namespace NetMQ.HighAvailability.Simulator.Faults;

/// <summary>Carries out the plan's faults, and undoes those that have to be undone.</summary>
internal sealed class Saboteur(PairWorld world, Dice dice, Timing timing, Ledger ledger)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly int[] linkFaults = new int[2];
    private readonly int[] arbiterFaults = new int[3]; // of the way from each node, and of itself

    /// <summary>When all that was done is over: every process runs, and nothing is cut, held or lost any more.</summary>
    public TimeSpan OverAt { get; private set; }

    public void Begin(in Fault fault)
    {
        ledger.Enter(fault);
        OverBy(world.Now + fault.Lasts.Duration());
        var node = world.Nodes[fault.Node];
        switch (fault.Kind)
        {
            case FaultKind.Crash or FaultKind.InstantRestart:
                node.Kill();
                StartIfDead(node, fault.Lasts);
                break;
            case FaultKind.PowerCut:
                CutPower(fault.Lasts);
                break;
            case FaultKind.Stop when node.Status == ProcessStatus.Live:
                node.Stop();
                StartOnceDead(node, fault.Lasts);
                break;
            case FaultKind.Pause when node.Status == ProcessStatus.Live:
                var (life, inTurn) = (node.Life, fault.InTurn);
                node.Pause();
                world.Schedule(fault.Lasts, () =>
                {
                    if (node.Life == life) node.Resume(inTurn);
                });
                break;
            case FaultKind.ClockStep:
                node.StepClock(fault.Lasts);
                break;
            case FaultKind.Loss:
                world.LinkTo(node).LoseNext = fault.Count;
                OverBy(world.Now + timing.Heartbeat * (fault.Count + 1));
                break;
            case FaultKind.Cut: Hurt(LinkFault.Cut, fault.Lasts, 0, 1); break;
            case FaultKind.OneWayCut: Hurt(LinkFault.Cut, fault.Lasts, fault.Node); break;
            case FaultKind.Stall when fault.InTurn: Hurt(LinkFault.Stall, fault.Lasts, 0, 1); break;
            case FaultKind.Stall: Hurt(LinkFault.Stall, fault.Lasts, fault.Node); break;
            case FaultKind.HandOver:
                node.HandOver();
                if (world.Handlers is { } handlers) OverBy(world.Now + handlers.DrainTimeout * 1.02 + timing.Heartbeat);
                break;
            case FaultKind.Promotion: world.Nodes[PairWorld.Backup].Promote(); break;
            case FaultKind.FalseEvidence:
                node.LearnOfCrash();
                OverBy(world.Now + timing.EvidenceLifetime * 1.02); // by a clock that runs slow
                break;
            case FaultKind.ArbiterDown: TakeArbiter(2, fault.Lasts, down => world.Arbiter!.IsDown = down); break;
            case FaultKind.ArbiterCut: TakeArbiter(node.Index, fault.Lasts, cut => world.Arbiter!.IsCutFrom[node.Index] = cut); break;
            case FaultKind.Garbage: world.Inject(node, dice.Of(0, 5, 9, 40)); break;
        }
    }

    /// <summary>What waited to be lost, and found nothing to lose, is forgotten.</summary>
    public void End()
    {
        foreach (var node in world.Nodes) world.LinkTo(node).LoseNext = 0;
    }

    private void CutPower(TimeSpan lasts)
    {
        var (primary, backup) = (world.Nodes[PairWorld.Primary], world.Nodes[PairWorld.Backup]);
        primary.Kill();
        backup.Kill();
        var early = dice.Between(timing.Heartbeat, timing.Heartbeat + lasts / 2);
        StartIfDead(backup, early);
        StartIfDead(primary, lasts + timing.Heartbeat);
        if (dice.Percent(50)) world.Schedule(dice.Between(early, lasts + timing.Heartbeat), () => backup.Promote());
    }

    private void StartIfDead(SimNode node, TimeSpan after)
    {
        OverBy(world.Now + after);
        world.Schedule(after, () =>
        {
            if (node.Status == ProcessStatus.Dead) node.Start();
        });
    }

    // A stopping node waits for its peer, and may stand still meanwhile.
    private void StartOnceDead(SimNode node, TimeSpan after)
    {
        OverBy(world.Now + Look + after);
        if (node.Status == ProcessStatus.Dead) StartIfDead(node, after);
        else if (node.IsLeaving) world.Schedule(Look, () => StartOnceDead(node, after));
    }

    // Faults of the link may overlap: the last one to begin rules until it ends.
    private void Hurt(LinkFault fault, TimeSpan lasts, params ReadOnlySpan<int> directions)
    {
        foreach (var to in directions)
        {
            var (direction, number) = (to, ++linkFaults[to]);
            world.SetFault(direction, fault);
            world.Schedule(lasts, () =>
            {
                if (linkFaults[direction] == number) world.SetFault(direction, LinkFault.None);
            });
        }
    }

    private void TakeArbiter(int what, TimeSpan lasts, Action<bool> set)
    {
        var number = ++arbiterFaults[what];
        set(true);
        world.Schedule(lasts, () =>
        {
            if (arbiterFaults[what] == number) set(false);
        });
    }

    private void OverBy(TimeSpan time)
    {
        if (time > OverAt) OverAt = time;
    }
}
