using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Simulator.Model;

internal enum NodeStatus : byte
{
    Dead,
    Live,
    Paused,
}

/// <summary>
/// A process with the shipped engine in it. Its turns are the shell's: begin, purge if asked to, hear all that has
/// arrived, end the hearing, and only then do what woke it; after each call carry out what the engine decided.
/// </summary>
internal sealed class SimNode
{
    private static readonly TimeSpan ReplyGrace = TimeSpan.FromMilliseconds(50); // the shell's

    private readonly PairWorld world;
    private readonly PairEngine engine;
    private readonly Timing timing;
    private readonly Queue<int> inbox = new();
    private DriftingClock clock = new(TimeSpan.FromHours(1));
    private TimeSpan lastDial;
    private TimeSpan farewellFrom;
    private TimeSpan? farewellUntil;
    private bool handingOver;
    private bool waking;

    public SimNode(PairWorld world, int index, Timing timing, DualActivePolicy policy)
    {
        this.world = world;
        this.timing = timing;
        Index = index;
        engine = new PairEngine(index == PairWorld.Primary ? BinaryStarRole.Primary : BinaryStarRole.Backup, timing, policy);
    }

    public int Index { get; }

    public BinaryStarRole Role => engine.Role;

    public NodeStatus Status { get; private set; }

    public BinaryStarState State => engine.State;

    /// <summary>What it says does not come back to it; else it has by the next turn.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>How often it was started.</summary>
    public int Life { get; private set; }

    /// <summary>It was told to stop, and takes no requests any more.</summary>
    public bool IsLeaving => farewellUntil is not null;

    /// <summary>A request that came now would be served without a change of state.</summary>
    public bool Serves => Status == NodeStatus.Live && State == BinaryStarState.Active && !IsLeaving && engine.Vote(LocalNow);

    public TimeSpan? LastHeardAgo => engine.Memory.LastHeard is { } heard ? LocalNow - heard : null;

    public PairMemory Memory => engine.Memory;

    private TimeSpan LocalNow => clock.At(world.Now);

    public void Start()
    {
        Life++;
        Status = NodeStatus.Live;
        inbox.Clear();
        (farewellUntil, handingOver) = (null, false);
        engine.Start(lastDial = LocalNow);
        world.Witness.Started(this);
        world.Redial(this);
        Wake();
    }

    public void Kill() => End(null);

    public void Pause() => Status = NodeStatus.Paused;

    /// <param name="inTurn">It was stopped in a turn, about to judge a request, and does that first.</param>
    public void Resume(bool inTurn = false)
    {
        if (Status != NodeStatus.Paused) return;
        Status = NodeStatus.Live;
        if (inTurn) Judge();
        if (!waking) Wake();
        else Turn();
        if (Status == NodeStatus.Live) world.Witness.Woke(this);
    }

    public void Drift(int partsPerMillion) => clock.Drift(world.Now, partsPerMillion);

    public void StepClock(TimeSpan by) => clock.Step(by);

    /// <summary>A request. True: it was served.</summary>
    public bool Ask() => Turn() && Judge();

    public Promotion? Promote()
    {
        if (!Turn()) return null;
        var outcome = engine.Promote();
        Tell("is told to take over: ", outcome);
        CarryOut();
        return outcome;
    }

    public bool HandOver()
    {
        if (!Turn()) return false;
        var done = engine.HandOver();
        Tell("is told to hand over: ", done);
        CarryOut();
        return done;
    }

    public void Stop()
    {
        if (IsLeaving || !Turn()) return;
        Tell("is told to stop", "");
        var served = State == BinaryStarState.Active;
        handingOver = engine.Stop();
        CarryOut();
        var now = LocalNow;
        farewellFrom = served ? now + ReplyGrace : now;
        farewellUntil = handingOver ? now + timing.StopBound : farewellFrom;
        LeaveIfDone();
    }

    /// <summary>The operating system says, just now, that nobody listens at the peer's address.</summary>
    public bool LearnOfCrash()
    {
        if (!Turn()) return false;
        var counts = engine.PeerLost(LocalNow);
        Tell("has evidence that its peer is dead: ", counts ? "counts" : "void");
        CarryOut();
        return counts;
    }

    /// <summary>A turn of the timer's.</summary>
    public void Wake()
    {
        waking = false;
        if (Status != NodeStatus.Live) return;
        Turn();
        if (Status != NodeStatus.Live) return;
        waking = true;
        world.Schedule(world.Weather.TurnSpacing(), new Happening(What.Turn, Index, Life));
    }

    public void Receive(int message)
    {
        if (Status == NodeStatus.Dead) return;
        inbox.Enqueue(message);
        Turn();
    }

    public void Welcome(SimLink subscription)
    {
        subscription.SubscriptionWaits = true;
        Turn();
    }

    private bool Judge()
    {
        if (IsLeaving) return false;
        var accepted = engine.Vote(LocalNow);
        if (CarryOut() && accepted)
        {
            accepted = engine.Vote(LocalNow);
            CarryOut();
        }

        Tell(accepted ? "accepts a request" : "rejects a request", "");
        if (accepted) world.Witness.Accepted(this);
        return accepted;
    }

    // False: there was none, or it was the last.
    private bool Turn()
    {
        if (Status != NodeStatus.Live) return false;

        var purge = engine.BeginTurn(LocalNow, IsDeaf ? TimeSpan.MinValue : engine.Memory.LastPublish);
        CarryOut();
        if (purge)
        {
            Tell("purges", "");
            inbox.Clear();
            world.Redial(this);
        }

        if (!HearAll()) return false;
        engine.EndDrain(true);
        CarryOut();

        var subscription = world.LinkTo(1 - Index);
        if (subscription.SubscriptionWaits)
        {
            subscription.Open();
            engine.Welcome();
            CarryOut();
        }

        if (LocalNow - Max(lastDial, engine.Memory.LastHeard ?? TimeSpan.Zero) >= timing.Failover)
        {
            lastDial = LocalNow;
            world.Redial(this);
        }

        return !LeaveIfDone();
    }

    private bool HearAll()
    {
        while (inbox.TryDequeue(out var message))
        {
            Span<byte> frame = [(byte)('0' + message)];
            if (!PeerMessageCodec.TryDecode(frame, out var decoded))
            {
                Tell("receives garbage", "");
                continue;
            }

            var hearing = engine.Hear(decoded);
            Tell("hears ", message);
            if (hearing is Hearing.OwnRoleFatal or Hearing.DualActiveFatal)
            {
                End(hearing);
                return false;
            }

            CarryOut();
        }

        return true;
    }

    private bool CarryOut()
    {
        var changed = engine.TryTakeTransition(out var transition);
        if (changed) Tell("becomes ", $"{transition.To} ({transition.Cause})");
        if (engine.TryTakePublish(out var message))
        {
            Tell("says ", (int)message);
            world.Publish(this, message);
        }

        if (!changed) return false;
        world.Witness.Changed(this, transition);
        return true;
    }

    private bool LeaveIfDone()
    {
        var now = LocalNow;
        if (!(now >= farewellUntil) && !(handingOver && State == BinaryStarState.Passive && now >= farewellFrom)) return false;
        End(null);
        return true;
    }

    private void End(Hearing? fatal)
    {
        if (Status == NodeStatus.Dead) return;
        Status = NodeStatus.Dead;
        waking = false;
        Tell(fatal is null ? "ends" : "ends itself: ", fatal);
        world.Ended(this, fatal);
    }

    private void Tell<T>(string words, T detail)
    {
        if (world.Witness.WantsWords) world.Witness.Said(this, words + detail);
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
