using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Model;

/// <summary>One of our nodes, unpacked: its process, and what its engine remembers.</summary>
internal struct EngineNode
{
    public Status Status;

    /// <summary>Ticks missed while paused, or since the end while dead.</summary>
    public int Clock;

    /// <summary>Ticks since its stop was ordered.</summary>
    public int StopAge;

    public PairMemory Memory;
}

/// <summary>
/// Lays a node into one word. Times are kept relative to the node's last turn, cut off where the engine no longer
/// distinguishes them, and left out where it overwrites them before it looks: that makes the worlds finite, and few.
/// </summary>
internal sealed class EngineCodec(Scenario scenario, Clockwork clockwork)
{
    /// <summary>The last turn of an unpacked node began at this time.</summary>
    public const int Origin = 10_000;

    private readonly int failover = scenario.F;
    private readonly int heartbeat = scenario.H;
    private readonly int lease = (int)Math.Min(clockwork.Timing.Lease.Ticks / Clockwork.Unit, 30);
    private readonly int quiet = (int)clockwork.Timing.Quiet.Ticks / Clockwork.Unit;
    private readonly int guard = (int)clockwork.Timing.OfferGuard.Ticks / Clockwork.Unit;
    private readonly int freshness = (int)clockwork.Timing.HandOverFreshness.Ticks / Clockwork.Unit;

    public static Status StatusOf(ulong node) => (Status)(node & 3);

    public static int ClockOf(ulong node) => (int)(node >> 2) & 127;

    /// <summary>A node without a process.</summary>
    public static ulong Absent(Status status, int clock) => (ulong)status | ((ulong)clock << 2);

    public static ulong WithStatus(ulong node, Status status, int clock) => (node & ~0x1FFUL) | Absent(status, clock);

    public static BinaryStarState StateOf(ulong node) => (BinaryStarState)((int)(node >> 14) & 7);

    public static bool IsStopping(ulong node) => (node >> 17 & 1) != 0;

    /// <param name="node">The node to lay down.</param>
    /// <param name="mayPause">Whether missing time, or an I/O stall, can still befall this node.</param>
    /// <param name="mayHandOver">Whether this node can still be asked to give up active.</param>
    public ulong Encode(in EngineNode node, bool mayPause, bool mayHandOver)
    {
        ref readonly var m = ref node.Memory;
        var turn = Tick(m.Turn);
        var w = default(BitWriter);
        w.Put((int)node.Status, 2);
        w.Put(node.Clock, 7);
        w.Put(node.StopAge, 5);
        w.Put((int)m.State, 3);
        w.Put(m.Stopping ? 1 : 0, 1);
        w.Put(m.PublishDue ? 1 : 0, 1);
        w.Put((int)m.Pending, 2);
        w.Put(Math.Clamp(Tick(m.Expiry) - turn, 0, failover), 6);
        w.Put(Math.Max(Tick(m.SettledAt) - turn, 0), 4);
        w.Put(Math.Clamp(Tick(m.NextHeartbeat) - turn, -heartbeat, Math.Max(heartbeat, quiet)) + heartbeat, 5);
        w.Put(m.CrashedUntil is { } until && Tick(until) >= turn ? Tick(until) - turn + 1 : 0, 5);
        if (m.State == BinaryStarState.Active)
        {
            w.Put(Math.Min(turn - Tick(m.LastPublish), lease + 1), 5);
            w.Put(m.DualActiveSince is { } since ? Math.Min(turn - Tick(since), failover) + 1 : 0, 6);
            var received = m.PeerPassiveAt is { } at && mayHandOver ? turn - Tick(at) : freshness + 1;
            w.Put(received > freshness ? 0 : received + 1, 5);
        }
        else
        {
            w.Put(mayPause ? Math.Clamp(Tick(m.ExpiryLimit) - turn, 0, 2 * failover) : 0, 7);
            var waiting = m.State != BinaryStarState.Passive;
            w.Put(waiting && m.LastOffer is { } offer && turn - Tick(offer) < guard ? Math.Min(turn - Tick(offer), guard) + 1 : 0, 5);
            w.Put(m.Reclaiming ? 1 : 0, 1);
        }


        return w.Word;
    }

    public EngineNode Decode(ulong word)
    {
        var r = new BitReader(word);
        var node = new EngineNode { Status = (Status)r.Take(2), Clock = r.Take(7), StopAge = r.Take(5) };
        ref var m = ref node.Memory;
        m.Turn = At(0);
        m.State = (BinaryStarState)r.Take(3);
        m.Stopping = r.Take(1) != 0;
        m.PublishDue = r.Take(1) != 0;
        m.Pending = (PendingPromotion)r.Take(2);
        m.Expiry = At(r.Take(6));
        m.SettledAt = At(r.Take(4));
        m.NextHeartbeat = At(r.Take(5) - heartbeat);
        m.CrashedUntil = r.Take(5) is > 0 and var until ? At(until - 1) : null;
        m.ServesUntil = TimeSpan.MaxValue; // no arbiter
        m.Drained = true; // the model's turns receive all that they were given
        if (m.State == BinaryStarState.Active)
        {
            m.LastPublish = At(-r.Take(5));
            m.DualActiveSince = r.Take(6) is > 0 and var since ? At(1 - since) : null;
            m.PeerPassiveAt = r.Take(5) is > 0 and var received ? At(1 - received) : null;
            m.ExpiryLimit = At(0);
        }
        else
        {
            m.ExpiryLimit = At(r.Take(7));
            m.LastOffer = r.Take(5) is > 0 and var offer ? At(1 - offer) : null;
            m.Reclaiming = r.Take(1) != 0;
            m.LastPublish = At(0);
        }


        return node;
    }

    private static TimeSpan At(long offset) => Clockwork.Ticks(Origin + offset);

    private static long Tick(TimeSpan time) => time.Ticks / Clockwork.Unit;
}
