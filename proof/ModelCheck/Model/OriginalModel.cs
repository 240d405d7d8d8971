namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>
/// One of the guide's own nodes ("bstar", C): it publishes its state only at its heartbeat, acts on every message whenever
/// it receives it, may get a request before it has received anything from its peer, and exits on two actives or two passives.
/// </summary>
internal sealed class OriginalModel(Scenario scenario, Wire wire, int me) : INodeModel
{
    private const int Primary = 1, Backup = 2, Active = 3, Passive = 4;

    public TurnResult Take(ref World world, in TurnChoice choice, List<string>? story)
    {
        var (state, expiry, send) = Decode(world.Node(me));
        var status = EngineCodec.StatusOf(world.Node(me));
        var passed = EngineCodec.ClockOf(world.Node(me)) + 1;
        var result = new TurnResult { VoteMatters = true };
        if (status == Status.Booting)
        {
            (state, expiry, send) = (me == 0 ? Primary : Backup, scenario.OriginalF, scenario.OriginalH);
            story?.Add("starts");
        }
        else
        {
            (expiry, send) = (Math.Max(expiry - passed, 0), Math.Max(send - passed, 0));
        }

        if (choice.Welcomes) world.SetTo(1 - me, world.To(1 - me).Subscribed());
        if (choice.LateVote) result.Accepts = Vote(ref state, expiry, story);
        result.Fatal = Receive(ref world, choice, ref state, ref expiry, story);
        if (!result.Fatal && choice.Event == TurnEvent.Vote) result.Accepts = Vote(ref state, expiry, story);
        if (state == Active) result.Accepts = true;
        if (send == 0 && !result.Fatal) send = Publish(ref world, choice, state, ref result, story);

        world.SetNode(me, Encode(state, expiry, send));
        var stopped = choice.Event == TurnEvent.Stop;
        if (stopped) world.Chances = world.Chances.Spent(Chance.Stop);
        if (stopped || (result.Fatal && scenario.OriginalMayDie)) Faults.End(ref world, me, 0);
        if (stopped) (result.Accepts, result.Fatal) = (false, false);
        if (result.Fatal && scenario.OriginalMayDie) (result.Accepts, result.Fatal) = (false, false);
        return result;
    }

    private bool Receive(ref World world, in TurnChoice choice, ref int state, ref int expiry, List<string>? story)
    {
        var link = world.To(me);
        world.SetTo(me, link.WithoutFirst(Math.Min(choice.Receives, link.Count)));
        for (var i = 0; i < choice.Receives && i < link.Count; i++)
        {
            var message = link.Message(choice.FormerLast ? (i + link.Former) % choice.Receives : i);
            expiry = scenario.OriginalF;
            story?.Add($"receives {message}");
            if (state == message && state is Active or Passive)
            {
                story?.Add(state == Active ? "ENDS ITSELF (dual actives)" : "ENDS ITSELF (dual passives)");
                return true;
            }

            var next = (state, message) switch
            {
                (Primary, Backup) or (Passive, Primary or Backup) => Active,
                (Primary or Backup, Active) => Passive,
                _ => state,
            };
            if (next != state) story?.Add($"becomes {Name(next)}");
            state = next;
        }

        return false;
    }

    private static bool Vote(ref int state, int expiry, List<string>? story)
    {
        var accepts = state == Active || (state is Primary or Passive && expiry == 0);
        if (accepts) state = Active;
        story?.Add(accepts ? "ACCEPTS a request" : "rejects a request");
        return accepts;
    }

    private int Publish(ref World world, in TurnChoice choice, int state, ref TurnResult result, List<string>? story)
    {
        var lost = (choice.Loses & 1) != 0;
        result.Published = 1;
        if (lost) world.Chances = world.Chances.Spent(Chance.Loss);
        else wire.Send(ref world, me, state);
        story?.Add($"publishes {state}{(lost ? ", which is lost" : "")}");
        return scenario.OriginalH;
    }

    private static ulong Encode(int state, int expiry, int send) =>
        (ulong)Status.Live | ((ulong)state << 14) | ((ulong)expiry << 20) | ((ulong)send << 28);

    private static (int State, int Expiry, int Send) Decode(ulong node) =>
        ((int)(node >> 14) & 7, (int)(node >> 20) & 255, (int)(node >> 28) & 255);

    public bool Applies(in World world, TurnEvent happening) => happening switch
    {
        TurnEvent.None or TurnEvent.Vote => true,
        TurnEvent.Stop => world.Chances.Left(Chance.Stop) > 0,
        _ => false,
    };

    public bool IsActive(ulong node) => Decode(node).State == Active;

    public bool WaitsByDesign(ulong node) => Decode(node).State == Backup;

    public string Describe(ulong node) => Name(Decode(node).State);

    private static string Name(int state) => $"{(BinaryStarState)state} (original)";
}
