using NetMQ.HighAvailability.Protocol;
using NetMQ.HighAvailability.Simulator.Faults;
using NetMQ.HighAvailability.Simulator.Model;

namespace NetMQ.HighAvailability.Simulator.Life;

/// <summary>What a simulation is made of.</summary>
internal sealed record Plan
{
    public ulong Seed { get; init; }

    public int Pairs { get; init; } = 1000;

    public TimeSpan Years { get; init; } = TimeSpan.FromDays(365);

    public int IncidentsPerYear { get; init; } = 50;

    public int Clients { get; init; } = 200;

    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(500);

    public bool Trace { get; init; }

    /// <summary>The policy of the pairs' arbiters; null: they have none.</summary>
    public ArbiterPolicy? Arbiter { get; init; }

    /// <summary>A timing with a rule taken out, to see that it is missed.</summary>
    public Timing? Spoiled { get; init; }

    /// <summary>A rule of an arbiter's spoiled, likewise: an active node relies on its peer's promise for longer than it is kept.</summary>
    public bool ReliesTooLong { get; init; }

    /// <summary>A rule of asynchronous servers taken out, likewise.</summary>
    public RequestRule Without { get; init; }

    public Timing Timing => Spoiled ?? Timing.From(Heartbeat, Heartbeat * 4);
}

/// <summary>
/// One pair from its start to its end: incident after incident. An incident is lived through until the pair has been
/// whole for 2F; of the quiet time until the next one only the last heartbeats are.
/// </summary>
internal sealed class PairLife
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly Plan plan;
    private readonly Timing timing;
    private readonly Dice dice;
    private readonly Tally tally = new();
    private readonly Ledger ledger;
    private readonly RoughWeather weather;
    private readonly Observer observer;
    private readonly PairWorld world;
    private readonly Saboteur saboteur;
    private readonly FaultPlan faults;
    private readonly int pair;

    private PairLife(Plan plan, int pair)
    {
        this.plan = plan;
        this.pair = pair;
        timing = plan.Timing;
        dice = new Dice(plan.Seed, (ulong)pair + 1);
        ledger = new Ledger(timing);
        weather = new RoughWeather(dice, timing);
        observer = new Observer(timing, ledger, tally, plan.Trace);
        world = new PairWorld(timing, DualActivePolicy.BackupYields, weather, observer);
        if (plan.Arbiter is { } policy) world.Arbiter = new SimArbiter(world, dice, policy, timing, timing.Failover * 5) { ReliesTooLong = plan.ReliesTooLong };
        observer.World = world;
        observer.Clients = new Clients(world, dice, tally, plan.Clients);
        observer.Follower = new Follower(world, dice, tally, observer.Violated);
        if (pair % 2 == 1) world.EvidenceAfter = () => dice.Between(TimeSpan.FromMilliseconds(4), TimeSpan.FromMilliseconds(15));
        if (pair / 2 % 2 == 1)
        {
            world.Handlers = new HandlerPlan(dice.Of(8, 64), Ordered: pair / 4 % 2 == 1, timing.Heartbeat * 2, HandlerTime, () => dice.Percent(50), plan.Without);
            observer.Requests = new RequestWatch(world, world.Handlers, ledger, tally, observer.Violated);
        }

        saboteur = new Saboteur(world, dice, timing, ledger);
        faults = new FaultPlan(dice, Timing.From(plan.Heartbeat, plan.Heartbeat * 4), plan.Arbiter is not null);
    }

    // After F the peer is gone, within H the guard lets a waiting node act, a node that has given up settles before; after
    // a cut it may take another F to see that one is not received. Clients take their time to ask, and clocks run slow.
    private TimeSpan ServesWithin => (timing.Failover * 2 + timing.Heartbeat * 2 + timing.Settle) * 1.02 + TimeSpan.FromSeconds(1) + ArbiterMayTake;

    // A lease of a process that is gone has to be waited for, from when it was seen; a request may take as long as the slowest, and the next begins with a read.
    private TimeSpan ArbiterMayTake => world.Arbiter is { } arbiter ? arbiter.Lease * 1.2 + timing.Failover * 4 : TimeSpan.Zero;

    // No node is connected to two peers at once: what they remember of each other is older than any rule looks back.
    private TimeSpan WholeFor => timing.Failover * 2;

    // Nearly all are much shorter than the drain timeout, 2H, and a few longer. What is accepted may have to wait for others first.
    private TimeSpan LongestHandler => timing.Heartbeat * 6;

    private TimeSpan HandlerTime() => dice.Below(100) switch
    {
        < 90 => dice.Between(TimeSpan.Zero, timing.Heartbeat / 5),
        < 99 => dice.Between(TimeSpan.Zero, timing.Heartbeat),
        _ => dice.Between(TimeSpan.Zero, LongestHandler),
    };

    public static Tally Live(Plan plan, int pair)
    {
        var life = new PairLife(plan, pair);
        life.Begin();
        while (life.tally.Simulated + life.tally.Quiet < plan.Years) life.LiveThroughIncident();
        return life.tally;
    }

    private void Begin()
    {
        foreach (var node in world.Nodes) world.Schedule(dice.Between(TimeSpan.Zero, timing.Failover * 3), node.Start);
        observer.Where = $"pair {pair}, start";
        world.RunUntil(timing.Failover * 3);
        BecomeWhole(world.Now);
    }

    private void LiveThroughIncident()
    {
        var mean = TimeSpan.FromDays(365) / plan.IncidentsPerYear;
        var quiet = dice.Between(TimeSpan.Zero, mean * 2);
        tally.Quiet += quiet;
        weather.Change();
        foreach (var node in world.Nodes) node.Drift((int)dice.Below(20_001) - 10_000);
        world.RunUntil(world.Now + timing.Heartbeat * 3 + dice.Between(TimeSpan.Zero, timing.Heartbeat));

        observer.Requests?.Look(LongestHandler * 3);
        tally.Incidents++;
        observer.Where = $"pair {pair}, incident {tally.Incidents}";
        var outside = false;
        var begin = world.Now;
        foreach (var fault in faults.Draw())
        {
            world.RunUntil(begin + fault.At);
            tally.Faults[(int)fault.Kind]++;
            observer.Record($"=> {fault}");
            saboteur.Begin(fault);
            outside |= ledger.Outside is not null;
        }

        if (outside) tally.IncidentsOutside++;
        while (saboteur.OverAt > world.Now) world.RunUntil(saboteur.OverAt); // the end of one may put off that of another
        saboteur.End();
        BecomeWhole(world.Now);
        tally.Simulated += world.Now - begin;
    }

    private void BecomeWhole(TimeSpan from)
    {
        while (!IsWholeSince(from))
        {
            world.RunUntil(world.Now + Step);
            if (world.Now - from <= ServesWithin) continue;
            observer.Violated($"{(world.Now - from).TotalSeconds} s after the last fault there are {Describe(0)} and {Describe(1)}");
            ledger.Clear();
            world.RunUntil(world.Now + timing.Failover * 10);
            return;
        }

        var recovery = world.Now - from;
        if (recovery > tally.Recovery) tally.Recovery = recovery;
        var since = world.Now;
        world.RunUntil(since + WholeFor);
        observer.Requests?.Look(LongestHandler * 3);
        if (observer.LastChange > since) observer.Violated($"the pair was whole, and without a fault became {Describe(0)} and {Describe(1)}");
        ledger.Clear();
    }

    // Each has received from the other since: until then a silence may still end in a take-over.
    private bool IsWholeSince(TimeSpan time) =>
        world.Nodes[0] is { Status: ProcessStatus.Live, IsLeaving: false } one && world.Nodes[1] is { Status: ProcessStatus.Live, IsLeaving: false } two
        && ((one.Serves && one.HasFreshMandate && two.State == BinaryStarState.Passive) || (two.Serves && two.HasFreshMandate && one.State == BinaryStarState.Passive))
        && one.LastReceivedAgo < world.Now - time && two.LastReceivedAgo < world.Now - time;

    private string Describe(int node) => $"{world.Nodes[node].Status} {world.Nodes[node].State}";
}
