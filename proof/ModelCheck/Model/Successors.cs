using System.Numerics;

namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>One step to a next world, how it is made, and what it does wrong.</summary>
internal readonly record struct Step(World World, StepKind Kind, int Detail)
{
    public bool BackupFirst { get; init; }

    public TurnChoice First { get; init; }

    public TurnChoice Second { get; init; }

    /// <summary>Bit 0: the primary accepts at the end of its turn, bit 1: the backup.</summary>
    public int Accepting { get; init; }

    public Outcome Violation { get; init; }
}

/// <summary>All that can follow a world.</summary>
internal sealed class Successors
{
    private static readonly TurnEvent[] Events = Enum.GetValues<TurnEvent>();

    private readonly Scenario scenario;
    private readonly Wire wire;
    private readonly Faults faults;
    private readonly List<(World World, TurnChoice Choice, TurnResult Result)> firsts = [];
    private readonly List<(World World, TurnChoice Choice, TurnResult Result)> seconds = [];

    public Successors(Scenario scenario)
    {
        this.scenario = scenario;
        var clockwork = new Clockwork(scenario);
        wire = new Wire(scenario, clockwork);
        faults = new Faults(scenario, clockwork);
        Initial = Faults.Initial(scenario, clockwork);
        Nodes =
        [
            scenario.Original == Who.Primary ? new OriginalModel(scenario, wire, 0) : new EngineModel(scenario, clockwork, wire, 0),
            scenario.Original == Who.Backup ? new OriginalModel(scenario, wire, 1) : new EngineModel(scenario, clockwork, wire, 1),
        ];
    }

    public World Initial { get; }

    public INodeModel[] Nodes { get; }

    /// <summary>Replaces the content of <paramref name="steps"/>.</summary>
    public void Of(in World world, List<Step> steps)
    {
        steps.Clear();
        if (!world.Chances.Calm) faults.Add(world, steps);

        var primary = TakesTurns(world, 0);
        var backup = TakesTurns(world, 1);
        if (primary || !backup) AddTick(world, false, steps);
        // Who is first matters only if both take a turn.
        if (backup) AddTick(world, true, steps);
    }

    private static bool TakesTurns(in World world, int who) => EngineCodec.StatusOf(world.Node(who)) != Status.Dead;

    private void AddTick(in World world, bool backupFirst, List<Step> steps)
    {
        var first = backupFirst ? 1 : 0;
        Turns(world, first, firsts);
        foreach (var one in firsts)
        {
            Turns(one.World, 1 - first, seconds);
            foreach (var two in seconds)
            {
                var next = two.World;
                faults.Age(ref next);
                wire.Age(ref next);
                var both = one.Result.Accepts && (two.Result.Accepts || two.Result.AcceptedLate);
                var wrong = one.Result.Fatal || two.Result.Fatal ? Outcome.Fatal
                    : both && !scenario.DualAcceptAllowed ? Outcome.DualAccept
                    : Outcome.Safe;
                steps.Add(new Step(next, StepKind.Tick, 0)
                {
                    BackupFirst = backupFirst,
                    First = one.Choice,
                    Second = two.Choice,
                    Accepting = Bit(one.Result, first) | Bit(two.Result, 1 - first),
                    Violation = wrong,
                });
            }
        }
    }

    private static int Bit(in TurnResult result, int who) => result.Accepts ? 1 << who : 0;

    private void Turns(in World world, int who, List<(World World, TurnChoice Choice, TurnResult Result)> into)
    {
        into.Clear();
        var node = world.Node(who);
        var status = EngineCodec.StatusOf(node);
        var missed = EngineCodec.ClockOf(node);
        var calm = world.Chances.Calm;
        if (status == Status.Dead || (status == Status.Paused && (!calm || missed == 0)))
            into.Add((world, new TurnChoice { Stays = true }, default));
        if (status == Status.Dead || (status == Status.Paused && missed == 0)) return;

        var lateVotes = status == Status.Paused || (scenario.SlowHandlers && status == Status.Live) || (scenario.Original & Names.Who(who)) != 0;
        for (var late = 0; late <= (lateVotes ? 1 : 0); late++)
        {
            TurnsAt(world, who, new TurnChoice { LateVote = late == 1 }, into);
        }
    }

    private void TurnsAt(in World world, int who, TurnChoice choice, List<(World World, TurnChoice Choice, TurnResult Result)> into)
    {
        var (least, most) = wire.Arrivals(world, who);
        var arrives = Wire.SubscriptionArrives(world, 1 - who);
        var must = arrives && world.To(1 - who).SubscriptionAge >= scenario.D;
        var former = world.To(who).Former;
        var garbage = world.Chances.Left(Chance.Garbage) > 0;
        for (var welcome = must ? 1 : 0; welcome <= (arrives ? 1 : 0); welcome++)
        {
            for (var receives = least; receives <= most; receives++)
            {
                for (var last = 0; last <= (former > 0 && receives > former ? 1 : 0); last++)
                {
                    for (var junk = 0; junk <= (garbage ? 1 : 0); junk++)
                    {
                        choice = choice with { Welcomes = welcome == 1, Receives = receives, FormerLast = last == 1, ReceivesGarbage = junk == 1 };
                        TurnsFor(world, who, choice, into);
                    }
                }
            }
        }
    }

    private void TurnsFor(in World world, int who, TurnChoice choice, List<(World World, TurnChoice Choice, TurnResult Result)> into)
    {
        if (world.Chances.Calm)
        {
            AddWithLosses(world, who, choice with { Event = TurnEvent.Vote }, into);
            return;
        }

        var voteMatters = AddWithLosses(world, who, choice with { Event = TurnEvent.None }, into);
        foreach (var happening in Events)
        {
            var may = happening switch
            {
                TurnEvent.None => false,
                TurnEvent.Vote => voteMatters,
                _ => Nodes[who].Applies(world, happening),
            };
            if (may) AddWithLosses(world, who, choice with { Event = happening }, into);
        }
    }

    /// <summary>True if a vote in this turn would make a difference.</summary>
    private bool AddWithLosses(in World world, int who, TurnChoice choice, List<(World World, TurnChoice Choice, TurnResult Result)> into)
    {
        var mayLose = (scenario.MayLose & Names.Who(who)) != 0
            && EngineCodec.StatusOf(world.Node(1 - who)) is Status.Live or Status.Paused;
        var voteMatters = false;
        for (var loses = 0; loses < 8; loses++)
        {
            if (loses > 0 && !mayLose) break;
            if (BitOperations.PopCount((uint)loses) > world.Chances.Left(Chance.Loss)) continue;
            var next = world;
            var result = Nodes[who].Take(ref next, choice with { Loses = loses }, null);
            if (loses >> result.Published != 0) break;
            voteMatters |= result.VoteMatters;
            if (!Known(next, result, into)) into.Add((next, choice with { Loses = loses }, result));
        }

        return voteMatters;
    }

    private static bool Known(in World world, in TurnResult result, List<(World World, TurnChoice Choice, TurnResult Result)> among)
    {
        foreach (var other in among)
        {
            if (other.World == world && other.Result.Accepts == result.Accepts
                && other.Result.AcceptedLate == result.AcceptedLate && other.Result.Fatal == result.Fatal) return true;
        }

        return false;
    }
}
