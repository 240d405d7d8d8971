using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>
/// One turn of one of our nodes: the shell's order of calls, made to the shipped engine. What a removed rule changes
/// is changed here or in the timing, never in the engine.
/// </summary>
internal sealed class EngineModel : INodeModel
{
    private readonly Scenario scenario;
    private readonly Clockwork clockwork;
    private readonly EngineCodec codec;
    private readonly Wire wire;
    private readonly PairEngine engine;
    private readonly int me;

    public EngineModel(Scenario scenario, Clockwork clockwork, Wire wire, int me)
    {
        this.scenario = scenario;
        this.clockwork = clockwork;
        this.wire = wire;
        this.me = me;
        codec = new EngineCodec(scenario, clockwork);
        var policy = scenario.Without == Rule.YieldPolicy ? DualActivePolicy.Abort : DualActivePolicy.BackupYields;
        engine = new PairEngine(me == 0 ? BinaryStarRole.Primary : BinaryStarRole.Backup, clockwork.Timing, policy);
    }

    public TurnResult Take(ref World world, in TurnChoice choice, List<string>? story)
    {
        var node = codec.Decode(world.Node(me));
        var voice = new Voice(engine, wire, me, choice.Loses, story);
        var result = default(TurnResult);
        var now = Clockwork.Ticks(EngineCodec.Origin + 1 + node.Clock);

        if (node.Status == Status.Booting)
        {
            engine.Start(now);
            node = new EngineNode();
            story?.Add("starts");
        }
        else
        {
            engine.Memory = node.Memory;
            if (node.Status == Status.Paused) story?.Add($"goes on, having missed {node.Clock} ticks");
        }

        if (choice.LateVote && !engine.Memory.Stopping)
        {
            result.AcceptedLate = engine.Vote(now);
            story?.Add(result.AcceptedLate ? "ACCEPTS a request that its last turn began with" : "rejects a request that its last turn began with");
            voice.Take(ref world);
        }

        var deaf = world.Chances.IsDeaf(me) && scenario.Without != Rule.Loopback;
        Begin(ref world, ref voice, now, deaf ? TimeSpan.MinValue : engine.Memory.LastPublish, story);
        if (choice.Welcomes)
        {
            world.SetTo(1 - me, world.To(1 - me).Subscribed());
            engine.Welcome();
            story?.Add("is subscribed to");
            voice.Take(ref world);
        }

        result.Fatal = Hear(ref world, ref voice, choice, story);
        if (!result.Fatal)
        {
            engine.EndDrain(true);
            voice.Take(ref world);
            Act(ref world, ref voice, ref node, choice.Event, now, ref result, story);
        }

        if (choice.Event == TurnEvent.None && !result.Fatal) result.VoteMatters = VoteMatters(now);
        result.Published = voice.Count;
        Settle(ref world, ref node);
        return result;
    }

    private void Begin(ref World world, ref Voice voice, TimeSpan now, TimeSpan returned, List<string>? story)
    {
        var before = engine.Memory;
        var purge = engine.BeginTurn(now, returned);
        ref var m = ref engine.Memory;
        if (scenario.Without == Rule.GapExpiry && purge && m.State != BinaryStarState.Active && before.State == m.State)
        {
            m.Expiry = before.Expiry;
            m.ExpiryLimit = before.ExpiryLimit;
        }

        voice.Take(ref world);
        if (!purge || scenario.Without == Rule.Purge) return;

        world.SetTo(me, Link.Renewed);
        story?.Add("throws away what was queued and subscribes anew");
    }

    /// <summary>True if the node ends itself.</summary>
    private bool Hear(ref World world, ref Voice voice, in TurnChoice choice, List<string>? story)
    {
        var link = world.To(me);
        world.SetTo(me, link.WithoutFirst(Math.Min(choice.Hears, link.Count)));
        for (var i = 0; i < choice.Hears && i < link.Count; i++)
        {
            var message = (PeerMessage)link.Message(choice.FormerLast ? (i + link.Former) % choice.Hears : i);
            var before = engine.Memory;
            var hearing = engine.Hear(message);
            story?.Add($"hears {(int)message} ({Words.Of(message)})");
            if (hearing is Hearing.OwnRoleFatal or Hearing.DualActiveFatal)
            {
                story?.Add($"ENDS ITSELF ({hearing})");
                return true;
            }

            // Taken out: two passives stay as they are.
            if (scenario.Without == Rule.DualPassive && message == PeerMessage.Passive
                && before.State == BinaryStarState.Passive && engine.State == BinaryStarState.Active)
            {
                engine.TryTakeTransition(out _);
                engine.Memory.State = BinaryStarState.Passive;
                engine.Memory.PublishDue = before.PublishDue;
            }

            voice.Take(ref world);
        }

        if (choice.HearsGarbage)
        {
            world.Chances = world.Chances.Left(Chance.Garbage) == 7 ? world.Chances : world.Chances.Spent(Chance.Garbage);
            story?.Add("receives garbage");
            if (PeerMessageCodec.TryDecode("3junk"u8, out var decoded)) engine.Hear(decoded);
            if (scenario.Without == Rule.Garbage) engine.Memory.Expiry = engine.Memory.Turn + clockwork.Timing.Failover;
        }

        return false;
    }

    private void Act(ref World world, ref Voice voice, ref EngineNode node, TurnEvent happening, TimeSpan now, ref TurnResult result, List<string>? story)
    {
        switch (happening)
        {
            case TurnEvent.Vote when !engine.Memory.Stopping: // the voter stops accepting first of all
                result.Accepts = engine.Vote(now);
                story?.Add(result.Accepts ? "ACCEPTS a request" : "rejects a request");
                voice.Take(ref world);
                break;
            case TurnEvent.Promote:
                world.Chances = world.Chances.Spent(Chance.Promotion);
                var promotion = engine.Promote();
                story?.Add($"is told to take over: {promotion}");
                voice.Take(ref world);
                break;
            case TurnEvent.HandOver:
                world.Chances = world.Chances.Spent(Chance.HandOver);
                engine.HandOver();
                story?.Add("hands over");
                voice.Take(ref world);
                break;
            case TurnEvent.TrueEvidence or TurnEvent.FalseEvidence:
                if (happening == TurnEvent.FalseEvidence) world.Chances = world.Chances.Spent(Chance.FalseEvidence);
                engine.PeerLost(now);
                story?.Add(happening == TurnEvent.FalseEvidence ? "is told, wrongly, that its peer is dead" : "learns that its peer is dead");
                voice.Take(ref world);
                break;
            case TurnEvent.Stop:
                world.Chances = world.Chances.Spent(Chance.Stop);
                var handsOver = engine.Stop();
                story?.Add(handsOver ? "is stopped and hands over first" : "is stopped and gone");
                voice.Take(ref world);
                if (!handsOver) node.StopAge = 31;
                break;
        }

        if (engine.Memory.Stopping) result.Accepts = false;
        else if (engine.State == BinaryStarState.Active) result.Accepts = engine.Vote(now);
    }

    /// <summary>Asks the engine itself whether a vote now would change anything but the memory of this question.</summary>
    private bool VoteMatters(TimeSpan now)
    {
        if (engine.Memory.Stopping || engine.State == BinaryStarState.Active) return false;
        var before = engine.Memory;
        var matters = engine.Vote(now) || engine.TryTakeTransition(out _) || engine.Memory.Pending != before.Pending;
        engine.Memory = before;
        engine.TryTakeTransition(out _);
        return matters;
    }

    private void Settle(ref World world, ref EngineNode node)
    {
        node.Status = Status.Live;
        node.Clock = 0;
        node.Memory = engine.Memory;
        if (node.Memory.Stopping)
        {
            if (node.StopAge >= clockwork.StopBound || node.Memory.State == BinaryStarState.Passive)
            {
                Faults.End(ref world, me, 0);
                return;
            }

            node.StopAge++;
        }

        var chances = world.Chances;
        var mayPause = chances.Left(Chance.Pause) > 0 && (scenario.MayPause & Words.Who(me)) != 0;
        mayPause |= chances.IsDeaf(me) || (chances.Left(Chance.LinkFault) > 0 && (scenario.LinkFaultKinds & LinkFaults.Deafness) != 0);
        var mayHandOver = chances.Left(Chance.HandOver) > 0 || chances.Left(Chance.Stop) > 0;
        world.SetNode(me, codec.Encode(node, mayPause, mayHandOver));
    }

    public bool Applies(in World world, TurnEvent happening)
    {
        var node = world.Node(me);
        var state = EngineCodec.StateOf(node);
        if (EngineCodec.IsStopping(node) && EngineCodec.StatusOf(node) != Status.Booting) return happening == TurnEvent.None;
        return happening switch
        {
            TurnEvent.Promote => world.Chances.Left(Chance.Promotion) > 0 && me == 1 && state == BinaryStarState.Backup,
            TurnEvent.HandOver => world.Chances.Left(Chance.HandOver) > 0 && state == BinaryStarState.Active,
            TurnEvent.Stop => world.Chances.Left(Chance.Stop) > 0,
            TurnEvent.TrueEvidence => scenario.TrueEvidence && state != BinaryStarState.Active
                && EngineCodec.StatusOf(world.Node(1 - me)) == Status.Dead,
            TurnEvent.FalseEvidence => world.Chances.Left(Chance.FalseEvidence) > 0 && state != BinaryStarState.Active
                && EngineCodec.StatusOf(world.Node(1 - me)) is Status.Live or Status.Paused,
            _ => true,
        };
    }

    public bool IsActive(ulong node) => EngineCodec.StateOf(node) == BinaryStarState.Active;

    public bool WaitsByDesign(ulong node) => EngineCodec.StateOf(node) == BinaryStarState.Backup;

    public string Describe(ulong node) => EngineCodec.StateOf(node) + (EngineCodec.IsStopping(node) ? ", stopping" : "");
}
