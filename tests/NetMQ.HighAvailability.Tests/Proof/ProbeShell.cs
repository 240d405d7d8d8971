using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.Tests.Proof.EngineProbe;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>Gives an engine its messages, records what it does, and holds what must hold at each step.</summary>
internal sealed class ProbeShell(PairEngine engine, TimeSpan start) : IPairShell
{
    private Queue<PeerMessage> inbox = new();
    private int changesPublished;

    public TimeSpan Now { get; set; }

    public bool IsDrained { get; private set; }

    public bool Purged { get; private set; }

    public BinaryStarState State { get; private set; } = engine.State;

    public TimeSpan PublishedAt { get; private set; } = start;

    /// <summary>The changes of state since the turn began.</summary>
    public List<Transition> Changes { get; } = [];

    /// <summary>Everything since the turn began.</summary>
    public List<object> Steps { get; } = [];

    public void Begin(PeerMessage[] messages, bool complete, TimeSpan now)
    {
        inbox = new Queue<PeerMessage>(messages);
        (Now, IsDrained, Purged, changesPublished) = (now, complete, false, 0);
        Changes.Clear();
        Steps.Clear();
    }

    public void Purge()
    {
        Must(Steps.Count == 0, "what is queued is discarded before anything else");
        Purged = true;
        inbox.Clear();
        Steps.Add(nameof(Purge));
    }

    public bool TryReceive(out PeerMessage message, out MandateStamp stamp)
    {
        stamp = default;
        Steps.Add(nameof(TryReceive));
        return inbox.TryDequeue(out message);
    }

    public void OnReceived(PeerMessage message, ReceiveResult result)
    {
        Must(result != ReceiveResult.OwnRoleFatal || State is BinaryStarState.Primary or BinaryStarState.Backup, "only a waiting node ends because of its own role");
        Steps.Add(result);
    }

    public void Publish(PeerMessage message, in MandateStamp stamp, TimeSpan due)
    {
        Must(message == (engine.Memory.Reclaiming ? PeerMessage.Passive : PeerMessageCodec.Of(engine.Role, engine.State)), "it publishes its state, and no offer while it reclaims");
        Must(Steps is not [.., PeerMessage], "one step, one message");
        if (engine.State != State) changesPublished++;
        PublishedAt = engine.Memory.Turn;
        Steps.Add(message);
    }

    public void Apply(Transition transition)
    {
        Must(transition.From == State && transition.To == engine.State && transition.From != transition.To, "a transition is from what was to what is");
        Must(transition.To is not (BinaryStarState.Primary or BinaryStarState.Backup), "no node waits again");
        State = transition.To;
        Changes.Add(transition);
        Must(changesPublished == Changes.Count || engine.Memory.Reclaiming, "a change is published to the peer, and first");
        Steps.Add(transition);
    }
}
