using NetMQ.HighAvailability.Nodes;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>
/// One node at H = 500 ms and F = 2 s: a test gives the time of each event and what the peer has sent, in wire digits,
/// and checks the state and what the node published. All times are from the node's start.
/// </summary>
internal sealed class Node : IPairShell
{
    public static readonly TimeSpan H = Ms(500);
    public static readonly TimeSpan F = Ms(2000);

    /// <summary>How long an active node serves after its last message.</summary>
    public static readonly TimeSpan Lease = (F * 0.98 - H / 4) / 2;

    /// <summary>The smallest unit of time, to test both sides of a limit.</summary>
    public static readonly TimeSpan Instant = TimeSpan.FromTicks(1);

    private static readonly TimeSpan Tick = Ms(50); // well below H/4, so that it is no gap

    private readonly PairEngine engine;
    private readonly Queue<char> inbox = new();
    private TimeSpan now;
    private bool purged;

    private Node(BinaryStarRole role, DualActivePolicy policy, Timing? timing, TimeSpan start)
    {
        engine = new PairEngine(role, timing ?? Timing.From(H, F), policy);
        engine.Start(start);
        Turn(start);
    }

    public BinaryStarState State => engine.State;

    public PairMemory Memory => engine.Memory;

    public bool CanHandOver => engine.CanHandOver;

    public TimeSpan SleepAt(TimeSpan now) => engine.SleepAt(now);

    /// <summary>Messages keep coming, so that a turn ends before all of them are received.</summary>
    public bool HasBacklog { get; set; }

    /// <summary>How long before the peer's messages are received a turn has begun.</summary>
    public TimeSpan Lag { get; set; }

    /// <summary>How long the application's callbacks take at a change of state.</summary>
    public TimeSpan Callbacks { get; set; }

    public ReceiveResult LastResult { get; private set; }

    public List<Transition> Transitions { get; } = [];

    public List<(TimeSpan At, char Digit)> Published { get; } = [];

    public static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    /// <summary>A node that has taken its first turn, at zero by default.</summary>
    public static Node Started(
        BinaryStarRole role, DualActivePolicy policy = default, Timing? timing = null, TimeSpan start = default) =>
        new(role, policy, timing, start);

    /// <summary>A settled node that met an active peer at 1 s and then published <c>4</c>.</summary>
    public static Node Passive(BinaryStarRole role, Timing? timing = null) =>
        Started(role, timing: timing).QuietUntil(Ms(950)).Turn(Ms(1000), "3");

    /// <summary>A settled node that received the peer's offer at 1 s, became active and published <c>3</c>.</summary>
    public static Node Active(BinaryStarRole role, DualActivePolicy policy = default, Timing? timing = null) =>
        Started(role, policy, timing).BecomeActive(role, Ms(1000));

    /// <summary>A node that received <c>4</c>, handed over and published its offer at 1 s; it settles until 1.75 s.</summary>
    public static Node Yielding(BinaryStarRole role, Timing? timing = null)
    {
        var node = Started(role, timing: timing).BecomeActive(role, Ms(900)).Turn(Ms(1000), "4");
        node.engine.HandOver(node).Should().BeTrue();
        return node;
    }

    /// <summary>One turn, with the peer's messages <paramref name="received"/> waiting; a purge discards them.</summary>
    public Node Turn(TimeSpan at, string received = "")
    {
        TryTurn(at, received);
        return this;
    }

    /// <summary>The same; true: the turn purged the peer's queue.</summary>
    public bool TryTurn(TimeSpan at, string received = "") => TryTurn(at, received, subscriberCame: false);

    /// <summary>Turns without a gap and without a message from the peer, the last of them at <paramref name="at"/>.</summary>
    public Node QuietUntil(TimeSpan at)
    {
        // Turns lie on a grid, so that heartbeats are on time whatever turn came before.
        var next = Tick * (Memory.Turn.Ticks / Tick.Ticks + 1);
        for (; next < at; next += Tick) Turn(next);
        return Turn(at);
    }

    /// <summary>A turn with a request in it. True: it is served.</summary>
    public bool Vote(TimeSpan at, string received = "")
    {
        Turn(at, received);
        return LateVote(at);
    }

    /// <summary>A request that is judged at <paramref name="at"/>, still in the last turn.</summary>
    public bool LateVote(TimeSpan at)
    {
        now = at;
        return engine.Vote(at, this);
    }

    public Promotion Promote(TimeSpan at) => Do(at, () => engine.Promote(this));

    public bool HandOver(TimeSpan at) => Do(at, () => engine.HandOver(this));

    public bool Stop(TimeSpan at) => Do(at, () => engine.Stop(this));

    /// <summary>A turn in which evidence of the peer's death arrives.</summary>
    public Node PeerLost(TimeSpan at, TimeSpan collectedAt)
    {
        TryPeerLost(at, collectedAt);
        return this;
    }

    /// <summary>The same; true: the evidence counts.</summary>
    public bool TryPeerLost(TimeSpan at, TimeSpan collectedAt) => Do(at, () => engine.PeerLost(collectedAt));

    /// <summary>A turn in which a subscriber connects.</summary>
    public Node Welcome(TimeSpan at)
    {
        TryTurn(at, "", subscriberCame: true);
        return this;
    }

    public IEnumerable<(TimeSpan At, char Digit)> PublishedAfter(TimeSpan time) => Published.Where(published => published.At > time);

    /// <summary>Begins to stop as an active node does.</summary>
    public GracefulShutdown BeginShutdown(TimeSpan at) => Do(at, () => new GracefulShutdown(engine, Timing.From(H, F), at, this));

    private Node BecomeActive(BinaryStarRole role, TimeSpan at)
    {
        if (role == BinaryStarRole.Primary) return QuietUntil(at - Tick).Turn(at, "2");
        return Turn(Ms(100), "3").QuietUntil(at - Tick).Turn(at, "1");
    }

    private T Do<T>(TimeSpan at, Func<T> call)
    {
        Turn(at);
        return call();
    }

    private bool TryTurn(TimeSpan at, string received, bool subscriberCame)
    {
        inbox.Clear();
        foreach (var digit in received) inbox.Enqueue(digit);
        now = at;
        purged = false;
        engine.Turn(at, subscriberCame, this);
        return purged;
    }

    TimeSpan IPairShell.Now => now + Lag;

    bool IPairShell.IsDrained => !HasBacklog;

    void IPairShell.Purge()
    {
        purged = true;
        inbox.Clear();
    }

    bool IPairShell.TryReceive(out PeerMessage message, out MandateStamp stamp)
    {
        stamp = default;
        var any = inbox.TryDequeue(out var digit);
        message = any ? (PeerMessage)(digit - '0') : default;
        return any;
    }

    void IPairShell.OnReceived(PeerMessage message, ReceiveResult result) => LastResult = result;

    void IPairShell.Publish(PeerMessage message, in MandateStamp stamp, TimeSpan due) => Published.Add((Memory.Turn, (char)('0' + (int)message)));

    void IPairShell.Apply(Transition transition)
    {
        Transitions.Add(transition);
        now += Callbacks;
    }
}
