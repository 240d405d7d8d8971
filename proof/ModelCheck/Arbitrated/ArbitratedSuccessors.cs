using System.Numerics;
using NetMQ.HighAvailability.ModelCheck.Model;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Arbitrated;

/// <summary>All that can follow a world.</summary>
internal sealed class ArbitratedSuccessors
{
    private const int MostErrands = 4; // the oldest of more are never carried out

    private static readonly ArbitratedEvent[] Events = Enum.GetValues<ArbitratedEvent>();
    private static readonly ErrandFate[] Fates = Enum.GetValues<ErrandFate>();

    private readonly ArbitratedScenario scenario;
    private readonly Timing timing;
    private readonly ArbitratedTurn[] turns;
    private readonly ArbitratedWorld[] scratch = [new(), new(), new()];
    private readonly ArbitratedWorld benign = new();
    private readonly int pauseMax;

    public ArbitratedSuccessors(ArbitratedScenario scenario)
    {
        this.scenario = scenario;
        timing = scenario.Timing;
        turns = [new ArbitratedTurn(scenario, timing, 0), new ArbitratedTurn(scenario, timing, 1)];
        pauseMax = Math.Max(scenario.F, scenario.Lease) + (2 * scenario.H) + 2; // longer than whatever it may miss
    }

    /// <summary>What is done with each: how it came about, for a story, and what it violates.</summary>
    public delegate void Visitor(ArbitratedWorld after, string? how, Outcome violation);

    public ArbitratedWorld Initial()
    {
        var world = new ArbitratedWorld { Budget = Budget.Of(scenario) };
        for (var who = 0; who < 2; who++) world.Nodes[who] = new ArbitratedNode { Status = scenario.Together ? Status.Booting : Status.Dead, Clock = scenario.Together ? 0 : scenario.H / 2 };
        if (scenario.Together) world.Lines[0] = world.Lines[1] = Line.Renewed;
        return world;
    }

    public void Of(ArbitratedWorld world, bool telling, Visitor visit)
    {
        AddFaults(world, visit);
        var primary = world.Nodes[0].Status != Status.Dead;
        var backup = world.Nodes[1].Status != Status.Dead;
        if (primary || !backup) AddTick(world, 0, telling, visit);
        if (backup) AddTick(world, 1, telling, visit);
    }

    /// <summary>
    /// The faults are over: messages and answers take a tick each, and requests come at every turn. Whether exactly one node accepted in this tick.
    /// </summary>
    public bool Benign(ArbitratedWorld world)
    {
        var accepted = 0;
        for (var who = 0; who < 2; who++)
        {
            ref readonly var node = ref world.Nodes[who];
            if (node.Status == Status.Dead || (node.Status == Status.Paused && node.Clock == 0)) continue;
            var line = world.Lines[who];
            var receives = 0;
            while (receives < line.Letters.Length && world.Now - line.Letters[receives].SentAt >= scenario.D) receives++;
            var welcomes = SubscriptionArrives(world, 1 - who) && world.Lines[1 - who].SubscriptionAge >= scenario.D;
            var result = turns[who].Take(world, new ArbitratedChoice { Receives = receives, Welcomes = welcomes, GetsSlowAnswer = true, Event = ArbitratedEvent.Vote }, null);
            if (result.Accepts != 0) accepted++;
        }

        Pass(world);
        return accepted == 1;
    }

    /// <summary>That world without its faults.</summary>
    public ArbitratedWorld Healed(ArbitratedWorld world)
    {
        benign.CopyFrom(world);
        benign.Budget = default;
        benign.LinkFault = LinkFaults.None;
        benign.ArbiterCut = Who.None;
        return benign;
    }

    private static bool SubscriptionArrives(ArbitratedWorld world, int to) =>
        world.Lines[to].IsSubscribing && world.Nodes[to].Status == Status.Live && (world.LinkFault & ~LinkFaults.OneWayCuts) == 0;

    private void AddFaults(ArbitratedWorld world, Visitor visit)
    {
        for (var who = 0; who < 2; who++) AddNodeFaults(world, who, visit);
        AddCuts(world, visit);
        for (var i = 0; i < world.Errands.Length; i++)
        {
            if (world.Errands[i] is not { IsSlow: true, Answer: null, Request: var request }) continue;
            var next = Copy(world);
            var answer = next.CarryOut(request, scenario.Compares);
            next.Errands = [.. world.Errands];
            next.Errands[i] = world.Errands[i] with { Answer = answer };
            Tidy(next);
            visit(next, $"the arbiter carries out a slow request: {request.Operation} {request.Claim?.Token}", Outcome.Safe);
        }
    }

    private void AddNodeFaults(ArbitratedWorld world, int who, Visitor visit)
    {
        var node = world.Nodes[who];
        if (node.Status == Status.Dead)
        {
            if (node.Clock < scenario.H / 2) return;
            var next = Copy(world);
            next.Nodes[who] = new ArbitratedNode { Status = Status.Booting };
            next.Lines[who] = Line.Renewed;
            next.Lines[1 - who] = world.Nodes[1 - who].Status == Status.Dead ? Line.Closed : world.Lines[1 - who] with { IsSubscribing = true, SubscriptionAge = 0 };
            visit(next, $"{Names.Name(who)} is started", Outcome.Safe);
            return;
        }

        if (node.Status == Status.Booting) return;
        if (world.Budget.Left(ArbitratedChance.Crash) > 0 && (scenario.MayCrash & Names.Who(who)) != 0)
        {
            var next = Copy(world);
            next.Budget = world.Budget.Spent(ArbitratedChance.Crash);
            next.End(who, 0);
            visit(next, $"{Names.Name(who)} CRASHES", Outcome.Safe);
        }

        if (node.Status == Status.Live && world.Budget.Left(ArbitratedChance.Pause) > 0 && (scenario.MayPause & Names.Who(who)) != 0)
        {
            var next = Copy(world);
            next.Budget = world.Budget.Spent(ArbitratedChance.Pause);
            next.Nodes[who].Status = Status.Paused;
            next.Nodes[who].Clock = 0;
            next.Errands = Slowed(world.Errands, Names.Who(who)); // they go on without it
            visit(next, $"{Names.Name(who)} IS PAUSED", Outcome.Safe);
        }
    }

    private void AddCuts(ArbitratedWorld world, Visitor visit)
    {
        if (world.LinkFault != LinkFaults.None)
        {
            var next = Copy(world);
            next.LinkFault = LinkFaults.None;
            visit(next, "the link heals", Outcome.Safe);
        }
        else if (world.Budget.Left(ArbitratedChance.LinkFault) > 0)
        {
            for (var kind = 1; kind <= (int)LinkFaults.CutBoth; kind <<= 1)
            {
                if (((int)scenario.LinkFaultKinds & kind) == 0) continue;
                var next = Copy(world);
                next.Budget = world.Budget.Spent(ArbitratedChance.LinkFault);
                next.LinkFault = (LinkFaults)kind;
                visit(next, $"link fault begins: {next.LinkFault}", Outcome.Safe);
            }
        }

        if (world.ArbiterCut != Who.None)
        {
            var next = Copy(world);
            next.ArbiterCut = Who.None;
            visit(next, "the arbiter can be reached again", Outcome.Safe);
        }
        else if (world.Budget.Left(ArbitratedChance.ArbiterCut) > 0)
        {
            foreach (var cut in new[] { Who.Primary, Who.Backup, Who.Both })
            {
                var next = Copy(world);
                next.Budget = world.Budget.Spent(ArbitratedChance.ArbiterCut);
                next.ArbiterCut = cut;
                next.Errands = Slowed(world.Errands, cut);
                visit(next, $"the arbiter cannot be reached: {cut}", Outcome.Safe);
            }
        }
    }

    private static Errand[] Slowed(Errand[] errands, Who whose) =>
        [.. errands.Select(errand => (whose & Names.Who(errand.From)) != 0 && errand.Answer is not { Outcome: ArbiterOutcome.Failed } ? errand with { IsSlow = true } : errand)];

    private void AddTick(ArbitratedWorld world, int first, bool telling, Visitor visit)
    {
        Turns(world, first, telling, (middle, how, one) => Turns(middle, 1 - first, telling, (last, and, two) =>
        {
            var end = scratch[2];
            end.CopyFrom(last);
            Pass(end);
            visit(end, telling ? $"{how}{and}" : null, Judge(end, world.Served, one, two));
        }));
    }

    private static Outcome Judge(ArbitratedWorld end, long served, in ArbitratedResult one, in ArbitratedResult two)
    {
        if (one.Fatal || two.Fatal) return Outcome.Fatal;
        if (one.Accepts != 0 && (two.Accepts != 0 || two.AcceptedLate != 0)) return Outcome.DualAccept;
        foreach (var token in (ReadOnlySpan<long>)[one.AcceptedLate, one.Accepts, two.AcceptedLate, two.Accepts])
        {
            if (token == 0) continue;
            if (token < served) return Outcome.OldToken;
            served = token;
        }

        end.Served = served;
        return Outcome.Safe;
    }

    private void Turns(ArbitratedWorld world, int who, bool telling, Action<ArbitratedWorld, string?, ArbitratedResult> then)
    {
        var node = world.Nodes[who];
        if (node.Status == Status.Dead || (node.Status == Status.Paused && node.Clock < pauseMax)) then(world, null, default);
        if (node.Status == Status.Dead || (node.Status == Status.Paused && node.Clock == 0)) return;

        // After a pause: a vote that was about to be judged, or a turn that was about to receive.
        for (var late = 0; late <= (node.Status == Status.Paused ? 2 : 0); late++)
        {
            var letters = world.Lines[who].Letters;
            var least = 0;
            while (least < letters.Length && world.Now - letters[least].SentAt >= scenario.D) least++;
            var arrives = SubscriptionArrives(world, 1 - who);
            var must = arrives && world.Lines[1 - who].SubscriptionAge >= scenario.D;
            var answered = (world.ArbiterCut & Names.Who(who)) == 0 && world.Errands.Any(errand => errand.From == who && errand is { IsSlow: true, Answer: not null });
            for (var welcome = must ? 1 : 0; welcome <= (arrives ? 1 : 0); welcome++)
            {
                for (var receives = least; receives <= letters.Length; receives++)
                {
                    for (var slow = 0; slow <= (answered ? 1 : 0); slow++)
                    {
                        var choice = new ArbitratedChoice { LateVote = late == 1, BeganBefore = late == 2, Welcomes = welcome == 1, Receives = receives, GetsSlowAnswer = slow == 1 };
                        TurnsFor(world, who, choice, telling, then);
                    }
                }
            }
        }
    }

    private void TurnsFor(ArbitratedWorld world, int who, ArbitratedChoice choice, bool telling, Action<ArbitratedWorld, string?, ArbitratedResult> then)
    {
        var voteMatters = AddWithFates(world, who, choice, telling, then);
        foreach (var happening in Events)
        {
            var may = happening switch
            {
                ArbitratedEvent.None => false,
                ArbitratedEvent.Vote => voteMatters,
                _ => !choice.BeganBefore && turns[who].Applies(world, happening),
            };
            if (may) AddWithFates(world, who, choice with { Event = happening }, telling, then);
        }
    }

    // With each fate of what the turn asks the arbiter, and each of its messages lost or not.
    private bool AddWithFates(ArbitratedWorld world, int who, ArbitratedChoice choice, bool telling, Action<ArbitratedWorld, string?, ArbitratedResult> then)
    {
        var voteMatters = false;
        var fates = (world.ArbiterCut & Names.Who(who)) != 0 ? [ErrandFate.Late] : Fates; // without a way there, all are slow ones
        foreach (var first in fates)
        {
            if (!Affordable(world, first, ErrandFate.Late)) continue;
            var asked = 0;
            foreach (var second in fates)
            {
                if (!Affordable(world, first, second)) continue;
                asked = AddWithLosses(world, who, choice with { First = first, Second = second }, telling, then, ref voteMatters);
                if (asked < 2) break;
            }

            if (asked == 0) break;
        }

        return voteMatters;
    }

    private static bool Affordable(ArbitratedWorld world, ErrandFate first, ErrandFate second)
    {
        var slow = (first == ErrandFate.Slow ? 1 : 0) + (second == ErrandFate.Slow ? 1 : 0);
        var failures = (first == ErrandFate.Failure ? 1 : 0) + (second == ErrandFate.Failure ? 1 : 0);
        return slow <= world.Budget.Left(ArbitratedChance.SlowRequest) && failures <= world.Budget.Left(ArbitratedChance.Failure);
    }

    private int AddWithLosses(ArbitratedWorld world, int who, ArbitratedChoice choice, bool telling, Action<ArbitratedWorld, string?, ArbitratedResult> then, ref bool voteMatters)
    {
        var mayLose = world.Nodes[1 - who].Status is Status.Live or Status.Paused;
        var asked = 0;
        for (var loses = 0; loses < 8; loses++)
        {
            if (loses > 0 && !mayLose) break;
            if (BitOperations.PopCount((uint)loses) > world.Budget.Left(ArbitratedChance.Loss)) continue;
            var next = scratch[who];
            next.CopyFrom(world);
            var story = telling ? new List<string>() : null;
            var result = turns[who].Take(next, choice with { Loses = loses }, story);
            if (loses >> result.Published != 0) break;
            voteMatters |= result.VoteMatters;
            asked = result.Asked;
            if (result.IsPointless) continue;
            then(next, story is { Count: > 0 } ? $"{Names.Name(who)} {string.Join(", ", story)} [{Describe(next, who)}]; " : null, result);
        }

        return asked;
    }

    private static string Describe(ArbitratedWorld world, int who)
    {
        ref readonly var node = ref world.Nodes[who];
        if (node.Status == Status.Dead) return "gone";
        var until = node.Mandate.Token == 0 ? "" : $" {node.Mandate.Token} until {(node.Mandate.Until - world.Time) / ArbitratedWorld.Tick:0.#}";
        return $"{node.Pair.State}{until}{(node.Pair.Stopping ? ", stopping" : "")}";
    }

    // A tick passes.
    private void Pass(ArbitratedWorld world)
    {
        for (var who = 0; who < 2; who++)
        {
            ref var node = ref world.Nodes[who];
            if (node.Status == Status.Dead) node.Clock = Math.Min(node.Clock + 1, scenario.H / 2);
            if (node.Status == Status.Paused) node.Clock = Math.Min(node.Clock + 1, pauseMax);
            if (ArbitratedTurn.WillPurge(timing, world, who)) world.Lines[who] = Line.Closed;
            var line = world.Lines[who];
            if (line.IsSubscribing)
            {
                var travels = SubscriptionArrives(world, who) && world.Nodes[1 - who].Status == Status.Live;
                world.Lines[who] = line with { SubscriptionAge = travels ? Math.Min(line.SubscriptionAge + 1, scenario.D) : 0 };
            }
        }

        world.Now++;
        Tidy(world);
    }

    // What can have no effect any longer.
    private void Tidy(ArbitratedWorld world)
    {
        if (world.Errands.Length == 0) return;
        var kept = world.Errands.Where(errand => IsCurrent(world, errand)
            || errand is { Answer: null, Request.Operation: not ArbiterOperation.Read } && (!scenario.Compares || errand.Request.ExpectedVersion == world.Version)).ToArray();
        if (kept.Length > MostErrands) kept = kept[^MostErrands..];
        if (kept.Length < world.Errands.Length) world.Errands = kept;
    }

    private static bool IsCurrent(ArbitratedWorld world, in Errand errand) =>
        world.Nodes[errand.From] is { Status: Status.Live or Status.Paused, Mandate.Request: { } request } && request.Id == errand.Request.Id;

    private ArbitratedWorld Copy(ArbitratedWorld world)
    {
        scratch[2].CopyFrom(world);
        return scratch[2];
    }
}
