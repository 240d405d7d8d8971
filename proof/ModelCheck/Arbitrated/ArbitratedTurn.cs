using NetMQ.HighAvailability.ModelCheck.Model;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Arbitrated;

/// <summary>What becomes of a request to the arbiter.</summary>
internal enum ErrandFate : byte
{
    Late,    // it is carried out just before the answer arrives
    AtOnce,  // it is carried out when it is sent
    Fast,    // it is carried out and answered at once, as a fast arbiter does long before the next tick
    Slow,    // at any time or never
    Failure, // likewise, and the node is told that it failed
}

/// <summary>What a turn is woken for, after the peer's messages and the arbiter's answer.</summary>
internal enum ArbitratedEvent : byte
{
    None,
    Vote,
    Promote,
    HandOver,
    Stop,
    TrueEvidence,
    OlderTrueEvidence, // collected a tick ago
    FalseEvidence,
    Check, // the arbiter is asked although nothing is needed of it
}

/// <summary>All that the adversary decides about one turn of a node.</summary>
internal readonly record struct ArbitratedChoice
{
    public ArbitratedEvent Event { get; init; }

    /// <summary>The turn had begun just before the pause that is over now.</summary>
    public bool BeganBefore { get; init; }

    /// <summary>A request that the last turn had begun with is judged only now, before this turn begins.</summary>
    public bool LateVote { get; init; }

    /// <summary>The peer's subscription arrives.</summary>
    public bool Welcomes { get; init; }

    /// <summary>How many of the messages in flight arrive.</summary>
    public int Receives { get; init; }

    /// <summary>The answer to a slow request arrives.</summary>
    public bool GetsSlowAnswer { get; init; }

    /// <summary>Which of the turn's publications are lost: bit 0 the first.</summary>
    public int Loses { get; init; }

    /// <summary>The fates of the turn's first two requests; those of further ones are <see cref="ErrandFate.Late"/>, or slow without a way to the arbiter.</summary>
    public ErrandFate First { get; init; }

    public ErrandFate Second { get; init; }
}

/// <summary>What came of a turn.</summary>
internal struct ArbitratedResult
{
    /// <summary>A request put to the node now is accepted, under this token; 0: it is not.</summary>
    public long Accepts;

    /// <summary>The late vote was accepted, under this token.</summary>
    public long AcceptedLate;

    public bool Fatal;

    /// <summary>After a turn without an event: a vote would have made a difference.</summary>
    public bool VoteMatters;

    public int Published;

    public int Asked;

    /// <summary>The same as with another fate of what was asked.</summary>
    public bool IsPointless;
}

/// <summary>One turn of a node: the shipped engine's own, in a shell made of model. In the order of the shipped loop: the turn, the arbiter's answer, what it was woken for.</summary>
internal sealed class ArbitratedTurn : IPairShell
{
    private static readonly Question Nobody = new();

    private readonly ArbitratedScenario scenario;
    private readonly Timing timing;
    private readonly int me;
    private readonly Mandate mandate;
    private readonly PairEngine engine;
    private ArbitratedWorld world = null!;
    private ArbitratedChoice choice;
    private ArbitratedResult result;
    private List<string>? story;
    private readonly Queue<ArbiterAnswer> fast = new();
    private Letter[] arrived = [];
    private int received;

    public ArbitratedTurn(ArbitratedScenario scenario, Timing timing, int me)
    {
        (this.scenario, this.timing, this.me) = (scenario, timing, me);
        var role = me == 0 ? BinaryStarRole.Primary : BinaryStarRole.Backup;
        mandate = new Mandate(role, ArbitratedWorld.Process(me), scenario.MandateTiming, scenario.Policy);
        engine = new PairEngine(role, timing, DualActivePolicy.BackupYields, mandate);
    }

    TimeSpan IPairShell.Now => world.Time;

    bool IPairShell.IsDrained => true;

    public ArbitratedResult Take(ArbitratedWorld into, in ArbitratedChoice chosen, List<string>? telling)
    {
        (world, choice, story, result, received, arrived) = (into, chosen, telling, default, 0, []);
        ref var node = ref world.Nodes[me];
        var now = world.Time;
        if (node.Status == Status.Booting)
        {
            engine.Start(now);
            story?.Add("starts");
        }
        else
        {
            engine.Restore(node.Pair);
            mandate.Restore(node.Mandate);
            if (node.Status == Status.Paused) story?.Add($"resumes, having missed {node.Clock} ticks");
        }

        if (choice.LateVote && !engine.Memory.Stopping && engine.State == BinaryStarState.Active && engine.Vote(now, this))
        {
            result.AcceptedLate = engine.FencingToken!.Value;
            story?.Add("ACCEPTS a request that its last turn began with");
        }

        if (choice.Welcomes) world.Lines[1 - me] = world.Lines[1 - me] with { IsSubscribing = false, SubscriptionAge = 0 };
        if (choice.BeganBefore) story?.Add("in a turn that began before");
        result.Fatal = !engine.Turn(choice.BeganBefore ? node.Pair.Turn + ArbitratedWorld.Tick : now, choice.Welcomes, this);
        if (!result.Fatal)
        {
            if (!choice.BeganBefore) GetAnswers(); // an answer has a turn of its own, which begins after it has arrived
            Act();
            GetFastAnswers();
            Look();
        }

        Settle(ref node);
        return result;
    }

    /// <summary>Whether the event can make any difference.</summary>
    public bool Applies(ArbitratedWorld at, ArbitratedEvent happening)
    {
        ref readonly var node = ref at.Nodes[me];
        var state = node.Pair.State;
        if (node.Status != Status.Booting && node.Pair.Stopping) return happening == ArbitratedEvent.None;
        return happening switch
        {
            ArbitratedEvent.Promote => at.Budget.Left(ArbitratedChance.Promotion) > 0 && me == 1 && state == BinaryStarState.Backup,
            ArbitratedEvent.HandOver => at.Budget.Left(ArbitratedChance.HandOver) > 0 && state == BinaryStarState.Active,
            ArbitratedEvent.Stop => at.Budget.Left(ArbitratedChance.Stop) > 0,
            ArbitratedEvent.TrueEvidence => scenario.TrueEvidence && state != BinaryStarState.Active && at.Nodes[1 - me].Status == Status.Dead,
            ArbitratedEvent.OlderTrueEvidence => scenario.TrueEvidence && state != BinaryStarState.Active && at.Nodes[1 - me] is { Status: Status.Dead, Clock: > 0 },
            ArbitratedEvent.Check => at.Budget.Left(ArbitratedChance.Check) > 0,
            ArbitratedEvent.FalseEvidence => at.Budget.Left(ArbitratedChance.FalseEvidence) > 0 && state != BinaryStarState.Active
                && at.Nodes[1 - me].Status is Status.Live or Status.Paused,
            _ => true,
        };
    }

    void IPairShell.Purge()
    {
        world.Lines[me] = Line.Renewed;
        story?.Add("throws away what was queued and subscribes anew");
    }

    bool IPairShell.TryReceive(out PeerMessage message, out MandateStamp stamp)
    {
        if (received == 0)
        {
            var letters = world.Lines[me].Letters;
            var count = Math.Min(choice.Receives, letters.Length);
            arrived = letters[..count];
            if (count > 0) world.Lines[me] = world.Lines[me] with { Letters = letters[count..] };
        }

        (message, stamp) = (default, default);
        if (received >= arrived.Length) return false;
        (message, stamp) = (arrived[received].Message, arrived[received].Stamp);
        received++;
        return true;
    }

    void IPairShell.OnReceived(PeerMessage message, ReceiveResult outcome) => story?.Add($"receives {(int)message} ({Names.Of(message)}) {arrived[received - 1].Stamp}");

    void IPairShell.Publish(PeerMessage message, in MandateStamp stamp, TimeSpan due)
    {
        var lost = (choice.Loses >> result.Published & 1) != 0;
        result.Published++;
        story?.Add($"publishes {(int)message} ({Names.Of(message)}){(lost ? ", which is lost" : "")}");
        if (lost) world.Budget = world.Budget.Spent(ArbitratedChance.Loss);
        else Send(new Letter(message, stamp, world.Now));
    }

    void IPairShell.Apply(Transition transition) => story?.Add($"becomes {transition.To} ({transition.Reason})");

    void IPairShell.Ask(in ArbiterRequest request)
    {
        result.Asked++;
        var fate = result.Asked switch
        {
            1 => choice.First,
            2 => choice.Second,
            _ => ErrandFate.Late,
        };
        if ((world.ArbiterCut & Names.Who(me)) != 0) fate = ErrandFate.Slow;
        else if (fate == ErrandFate.Slow) world.Budget = world.Budget.Spent(ArbitratedChance.SlowRequest);
        else if (fate == ErrandFate.Failure) world.Budget = world.Budget.Spent(ArbitratedChance.Failure);
        result.IsPointless |= fate == ErrandFate.AtOnce && request.Operation == ArbiterOperation.Read;
        story?.Add($"asks the arbiter: {request.Operation} {request.Claim?.Token}, {fate}");

        var errand = fate switch
        {
            ErrandFate.AtOnce or ErrandFate.Fast => new Errand(me, request, false, world.CarryOut(request, scenario.Compares)),
            ErrandFate.Late => new Errand(me, request, false, null),
            _ => new Errand(me, request, true, null),
        };
        if (fate == ErrandFate.Fast) fast.Enqueue(errand.Answer!.Value);
        else world.Errands = [.. world.Errands, errand];
        if (fate == ErrandFate.Failure) world.Errands = [.. world.Errands, new Errand(me, request, false, ArbiterAnswer.Failed(request.Id))];
    }

    private void Send(in Letter letter)
    {
        var line = world.Lines[1 - me];
        var peer = world.Nodes[1 - me].Status;
        var isCut = world.LinkFault.HasFlag(LinkFaults.CutBoth) || world.LinkFault.HasFlag(me == 0 ? LinkFaults.CutToBackup : LinkFaults.CutToPrimary);
        if (line.IsSubscribing || peer is Status.Dead or Status.Booting || isCut || WillPurge(timing, world, 1 - me)) return;
        world.Lines[1 - me] = line with { Letters = [.. line.Letters, letter] };
    }

    /// <summary>Whether a paused node is sure to throw away what is sent to it: then it need not be kept.</summary>
    public static bool WillPurge(Timing timing, ArbitratedWorld world, int who) =>
        world.Nodes[who].Status == Status.Paused && ArbitratedWorld.Ticks(Math.Max(world.Nodes[who].Clock, 1) + 1) > timing.Heartbeat;

    // Those that were there when the turn began; what the node asks meanwhile is answered in a later one.
    private void GetAnswers()
    {
        foreach (var errand in world.Errands)
        {
            if (errand.From != me || mandate.Memory.Request is not { } request || request.Id != errand.Request.Id || request.SentAt == world.Time) continue;
            if (errand.IsSlow && !(choice.GetsSlowAnswer && errand.Answer is not null)) continue;
            var answer = errand.Answer ?? world.CarryOut(errand.Request, scenario.Compares);
            world.Errands = [.. world.Errands.Where(other => other != errand)];
            story?.Add($"is answered: {answer.Outcome} {answer.Version} {answer.Claim?.Token}");
            engine.Answered(answer, this);
        }
    }

    private void GetFastAnswers()
    {
        while (fast.TryDequeue(out var answer))
        {
            story?.Add($"is answered at once: {answer.Outcome} {answer.Version} {answer.Claim?.Token}");
            engine.Answered(answer, this);
        }
    }

    private void Act()
    {
        var now = world.Time;
        switch (choice.Event)
        {
            case ArbitratedEvent.None when !engine.Memory.Stopping:
                result.VoteMatters = VoteMatters(now);
                break;
            case ArbitratedEvent.Vote when !engine.Memory.Stopping:
                var accepted = !engine.AwaitsArbiter(now, this) && engine.Vote(now, this);
                story?.Add(accepted ? "ACCEPTS a request" : engine.IsAwaitingArbiter(now) ? "has a request wait for the arbiter" : "rejects a request");
                break;
            case ArbitratedEvent.Promote:
                world.Budget = world.Budget.Spent(ArbitratedChance.Promotion);
                story?.Add($"is told to take over: {engine.Promote(this)}");
                break;
            case ArbitratedEvent.HandOver:
                world.Budget = world.Budget.Spent(ArbitratedChance.HandOver);
                engine.HandOver(this);
                story?.Add("hands over");
                break;
            case ArbitratedEvent.Check:
                world.Budget = world.Budget.Spent(ArbitratedChance.Check);
                engine.CheckArbiter(this);
                break;
            case ArbitratedEvent.TrueEvidence or ArbitratedEvent.OlderTrueEvidence or ArbitratedEvent.FalseEvidence:
                if (choice.Event == ArbitratedEvent.FalseEvidence) world.Budget = world.Budget.Spent(ArbitratedChance.FalseEvidence);
                engine.PeerLost(choice.Event == ArbitratedEvent.OlderTrueEvidence ? now - ArbitratedWorld.Tick : now);
                story?.Add(choice.Event == ArbitratedEvent.FalseEvidence ? "gets false evidence that its peer is dead" : "gets evidence that its peer is dead");
                break;
            case ArbitratedEvent.Stop:
                world.Budget = world.Budget.Spent(ArbitratedChance.Stop);
                var handsOver = engine.Stop(this);
                story?.Add(handsOver ? "is stopped and hands over first" : "is stopped and gone");
                if (!handsOver) world.Nodes[me].StopAge = int.MaxValue / 2;
                break;
        }

    }

    private void Look()
    {
        if (!engine.Memory.Stopping && engine.State == BinaryStarState.Active && engine.Serves(world.Time)) result.Accepts = engine.FencingToken ?? 0;
    }

    // Tries on the engine itself whether a vote now would change anything, and restores it.
    private bool VoteMatters(TimeSpan now)
    {
        if (engine.State == BinaryStarState.Active) return false;
        var (pair, right) = (engine.Memory, mandate.Memory);
        engine.AwaitsArbiter(now, Nobody);
        var matters = engine.Memory.Seeking != pair.Seeking || engine.Memory.Pending != pair.Pending;
        engine.Restore(pair);
        mandate.Restore(right);
        return matters;
    }

    private void Settle(ref ArbitratedNode node)
    {
        node.Status = Status.Live;
        node.Clock = 0;
        node.Pair = engine.Memory;
        node.Mandate = mandate.Memory;
        if (!node.Pair.Stopping) return;
        if (ArbitratedWorld.Ticks(Math.Min(node.StopAge, 1000)) >= timing.StopBound || node.Pair.State == BinaryStarState.Passive) world.End(me, 0);
        else node.StopAge++;
    }
}
