using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>
/// One turn of one of our nodes: the shipped engine's own, in a shell made of model. What a removed rule changes is
/// changed there or in the timing, never in the engine.
/// </summary>
internal sealed class EngineModel : INodeModel
{
    private readonly Scenario scenario;
    private readonly Clockwork clockwork;
    private readonly EngineCodec codec;
    private readonly PairEngine engine;
    private readonly ModelShell shell;
    private readonly Question question = new();
    private readonly int me;

    public EngineModel(Scenario scenario, Clockwork clockwork, Wire wire, int me)
    {
        this.scenario = scenario;
        this.clockwork = clockwork;
        this.me = me;
        codec = new EngineCodec(scenario, clockwork);
        var policy = scenario.Without == Rule.YieldPolicy ? DualActivePolicy.Abort : DualActivePolicy.BackupYields;
        engine = new PairEngine(me == 0 ? BinaryStarRole.Primary : BinaryStarRole.Backup, clockwork.Timing, policy);
        shell = new ModelShell(scenario, clockwork, wire, engine, me);
    }

    public TurnResult Take(ref World world, in TurnChoice choice, List<string>? story)
    {
        var node = codec.Decode(world.Node(me));
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
            engine.Restore(node.Memory);
            if (node.Status == Status.Paused) story?.Add($"resumes, having missed {node.Clock} ticks");
        }

        shell.Begin(world, choice, now, story);
        if (choice.LateVote && !engine.Memory.Stopping)
        {
            result.AcceptedLate = engine.Vote(now, shell);
            story?.Add(result.AcceptedLate ? "ACCEPTS a request that its last turn began with" : "rejects a request that its last turn began with");
        }

        if (choice.Welcomes)
        {
            shell.World.SetTo(1 - me, shell.World.To(1 - me).Subscribed());
            story?.Add("is subscribed to");
        }

        result.Fatal = !engine.Turn(now, choice.Welcomes, shell);
        if (!result.Fatal) Act(ref node, choice.Event, now, ref result, story);
        world = shell.World;
        if (choice.Event == TurnEvent.None && !result.Fatal) result.VoteMatters = VoteMatters(now);
        result.Published = shell.Published;
        Settle(ref world, ref node);
        return result;
    }

    private void Act(ref EngineNode node, TurnEvent happening, TimeSpan now, ref TurnResult result, List<string>? story)
    {
        ref var chances = ref shell.World.Chances;
        switch (happening)
        {
            case TurnEvent.Vote when !engine.Memory.Stopping: // the voter stops accepting first of all
                result.Accepts = engine.Vote(now, shell);
                story?.Add(result.Accepts ? "ACCEPTS a request" : "rejects a request");
                break;
            case TurnEvent.Promote:
                chances = chances.Spent(Chance.Promotion);
                var promotion = engine.Promote(shell);
                story?.Add($"is told to take over: {promotion}");
                break;
            case TurnEvent.HandOver:
                chances = chances.Spent(Chance.HandOver);
                engine.HandOver(shell);
                story?.Add("hands over");
                break;
            case TurnEvent.TrueEvidence or TurnEvent.FalseEvidence:
                if (happening == TurnEvent.FalseEvidence) chances = chances.Spent(Chance.FalseEvidence);
                engine.PeerLost(now);
                story?.Add(happening == TurnEvent.FalseEvidence ? "gets false evidence that its peer is dead" : "gets evidence that its peer is dead");
                break;
            case TurnEvent.Stop:
                chances = chances.Spent(Chance.Stop);
                var handsOver = engine.Stop(shell);
                story?.Add(handsOver ? "is stopped and hands over first" : "is stopped and gone");
                if (!handsOver) node.StopAge = 31;
                break;
        }

        if (engine.Memory.Stopping) result.Accepts = false;
        else if (engine.State == BinaryStarState.Active) result.Accepts = engine.Serves(now);
    }

    /// <summary>Tries on the engine itself whether a vote now would change anything beyond what it restores afterwards.</summary>
    private bool VoteMatters(TimeSpan now)
    {
        if (engine.Memory.Stopping || engine.State == BinaryStarState.Active) return false;
        var before = engine.Memory;
        question.Now = now;
        var matters = engine.Vote(now, question) || engine.State != before.State || engine.Memory.Pending != before.Pending;
        engine.Restore(before);
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
        var mayPause = chances.Left(Chance.Pause) > 0 && (scenario.MayPause & Names.Who(me)) != 0;
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
