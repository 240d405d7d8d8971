using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>The engine's shell in the model: its links are those of a <see cref="Model.World"/>, and the adversary chooses.</summary>
internal sealed class ModelShell(Scenario scenario, Clockwork clockwork, Wire wire, PairEngine engine, int me) : IPairShell
{
    private World world;
    private TurnChoice choice;
    private PairMemory before;
    private List<string>? story;
    private Link arrived;
    private int received;

    public ref World World => ref world;

    /// <summary>How often the node has published in this turn.</summary>
    public int Published { get; private set; }

    public TimeSpan Now { get; private set; }

    public bool IsDrained => true;

    public void Begin(in World world, in TurnChoice choice, TimeSpan now, List<string>? story)
    {
        this.world = world;
        this.choice = choice;
        this.story = story;
        before = engine.Memory;
        Now = now;
        received = -1;
        Published = 0;
    }

    public void Purge()
    {
        if (scenario.Without == Rule.GapExpiry && engine.State != BinaryStarState.Active && before.State == engine.State)
            engine.Restore(engine.Memory with { Expiry = before.Expiry, ExpiryLimit = before.ExpiryLimit });
        if (scenario.Without == Rule.Purge) return;

        world.SetTo(me, Link.Renewed);
        story?.Add("throws away what was queued and subscribes anew");
    }

    public bool TryReceive(out PeerMessage message, out MandateStamp stamp)
    {
        stamp = default;
        if (received < 0)
        {
            arrived = world.To(me);
            world.SetTo(me, arrived.WithoutFirst(Math.Min(choice.Receives, arrived.Count)));
            received = 0;
        }

        message = default;
        if (received < Math.Min(choice.Receives, arrived.Count))
        {
            message = (PeerMessage)arrived.Message(choice.FormerLast ? (received + arrived.Former) % choice.Receives : received);
            received++;
            before = engine.Memory;
            return true;
        }

        return choice.ReceivesGarbage && received++ == Math.Min(choice.Receives, arrived.Count) && IsGarbageTaken(out message);
    }

    public void OnReceived(PeerMessage message, ReceiveResult result)
    {
        story?.Add($"receives {(int)message} ({Names.Of(message)})");
        if (result is ReceiveResult.OwnRoleFatal or ReceiveResult.DualActiveFatal) story?.Add($"ENDS ITSELF ({result})");

        // Taken out: two passives stay as they are.
        if (scenario.Without == Rule.DualPassive && message == PeerMessage.Passive
            && before.State == BinaryStarState.Passive && engine.State == BinaryStarState.Active)
            engine.Restore(engine.Memory with { State = BinaryStarState.Passive, PublishDue = before.PublishDue });
    }

    public void Publish(PeerMessage message, in MandateStamp stamp, TimeSpan due)
    {
        var lost = (choice.Loses >> Published & 1) != 0;
        Published++;
        if (lost) world.Chances = world.Chances.Spent(Chance.Loss);
        else wire.Send(ref world, me, (int)message);
        story?.Add($"publishes {(int)message} ({Names.Of(message)}){(lost ? ", which is lost" : "")}");
    }

    public void Apply(Transition transition) => story?.Add($"becomes {transition.To} ({transition.Reason})");

    private bool IsGarbageTaken(out PeerMessage message)
    {
        world.Chances = world.Chances.Left(Chance.Garbage) == 7 ? world.Chances : world.Chances.Spent(Chance.Garbage);
        story?.Add("receives garbage");
        if (scenario.Without == Rule.Garbage) engine.Restore(engine.Memory with { Expiry = engine.Memory.Turn + clockwork.Timing.Failover });
        return PeerMessageCodec.TryDecode("3junk"u8, out message);
    }
}
