using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Simulator.Model;

internal enum ProcessStatus : byte
{
    Dead,
    Live,
    Paused,
}

/// <summary>
/// A process with the shipped engine in it, in a shell made of simulation.
/// </summary>
internal sealed class SimNode : IPairShell
{
    private readonly PairWorld world;
    private readonly PairEngine engine;
    private readonly Timing timing;
    private readonly Queue<int> inbox = new();
    private DriftingClock clock = new(TimeSpan.FromHours(1));
    private PeerRhythm rhythm;
    private TimeSpan lastDial;
    private TimeSpan farewellFrom;
    private TimeSpan? farewellUntil;
    private bool handingOver;
    private bool waking;

    public SimNode(PairWorld world, int index, Timing timing, DualActivePolicy policy)
    {
        this.world = world;
        this.timing = timing;
        rhythm = new PeerRhythm(timing);
        Index = index;
        engine = new PairEngine(index == PairWorld.Primary ? BinaryStarRole.Primary : BinaryStarRole.Backup, timing, policy);
    }

    public int Index { get; }

    public BinaryStarRole Role => engine.Role;

    public ProcessStatus Status { get; private set; }

    public BinaryStarState State => engine.State;


    /// <summary>How often it was started.</summary>
    public int Life { get; private set; }

    /// <summary>Its stop was ordered, and it takes no requests any more.</summary>
    public bool IsLeaving => farewellUntil is not null;

    /// <summary>A request that came now would be served without a change of state.</summary>
    public bool Serves => Status == ProcessStatus.Live && State == BinaryStarState.Active && !IsLeaving && engine.Serves(LocalNow);

    public TimeSpan? LastReceivedAgo => engine.Memory.LastReceived is { } received ? LocalNow - received : null;

    public PairMemory Memory => engine.Memory;

    private TimeSpan LocalNow => clock.At(world.Now);

    public void Start()
    {
        Life++;
        Status = ProcessStatus.Live;
        inbox.Clear();
        (farewellUntil, handingOver) = (null, false);
        engine.Start(lastDial = LocalNow);
        rhythm = new PeerRhythm(timing);
        world.Witness.Started(this);
        world.Redial(this);
        Wake();
    }

    public void Kill() => End(null);

    public void Pause() => Status = ProcessStatus.Paused;

    /// <param name="inTurn">It was stopped in a turn, about to judge a request, and does that first.</param>
    public void Resume(bool inTurn = false)
    {
        if (Status != ProcessStatus.Paused) return;
        Status = ProcessStatus.Live;
        if (inTurn) Judge();
        if (!waking) Wake();
        else Turn();
        if (Status == ProcessStatus.Live) world.Witness.Woke(this);
    }

    public void Drift(int partsPerMillion) => clock.Drift(world.Now, partsPerMillion);

    public void StepClock(TimeSpan by) => clock.Step(by);

    /// <summary>A request. True: it was served.</summary>
    public bool Ask() => Turn() && Judge();

    public Promotion? Promote()
    {
        if (!Turn()) return null;
        var outcome = engine.Promote(this);
        Record("is told to take over: ", outcome);
        return outcome;
    }

    public bool HandOver()
    {
        if (!Turn()) return false;
        var done = engine.HandOver(this);
        Record("is told to hand over: ", done);
        return done;
    }

    public void Stop()
    {
        if (IsLeaving || !Turn()) return;
        Record("is told to stop", "");
        var served = State == BinaryStarState.Active;
        handingOver = engine.Stop(this);
        var now = LocalNow;
        farewellFrom = served ? now + Timing.ReplyGrace : now;
        farewellUntil = handingOver ? now + timing.StopBound : farewellFrom;
        LeaveIfDone();
    }

    /// <summary>The operating system has just refused a connection to the peer's address.</summary>
    public bool LearnOfCrash()
    {
        if (!Turn()) return false;
        var counts = engine.PeerLost(LocalNow);
        Record("has evidence that its peer is dead: ", counts ? "counts" : "void");
        return counts;
    }

    /// <summary>A turn of the timer's.</summary>
    public void Wake()
    {
        waking = false;
        if (Status != ProcessStatus.Live) return;
        Turn();
        if (Status != ProcessStatus.Live) return;
        waking = true;
        world.Schedule(world.Weather.TurnSpacing(), new Happening(What.Turn, Index, Life));
    }

    public void Receive(int message)
    {
        if (Status == ProcessStatus.Dead) return;
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
        var accepted = engine.Vote(LocalNow, this);
        Record(accepted ? "accepts a request" : "rejects a request", "");
        if (accepted) world.Witness.Accepted(this);
        return accepted;
    }

    // False: there was none, or it was the last.
    private bool Turn()
    {
        if (Status != ProcessStatus.Live) return false;

        var subscription = world.LinkTo(1 - Index);
        var subscriberCame = subscription.SubscriptionWaits;
        if (subscriberCame) subscription.Open();
        if (!engine.Turn(LocalNow, subscriberCame, this)) return false;

        if (engine.Memory.LastReceived is { } received) rhythm.Received(received);
        if (LocalNow - Max(lastDial, engine.Memory.LastReceived ?? TimeSpan.Zero) >= rhythm.Patience)
        {
            lastDial = LocalNow;
            world.Redial(this);
        }

        return !LeaveIfDone();
    }

    TimeSpan IPairShell.Now => LocalNow;

    bool IPairShell.IsDrained => true;

    void IPairShell.Purge()
    {
        Record("purges", "");
        inbox.Clear();
        world.Redial(this);
    }

    bool IPairShell.TryReceive(out PeerMessage message)
    {
        while (inbox.TryDequeue(out var digit))
        {
            Span<byte> frame = [(byte)('0' + digit)];
            if (PeerMessageCodec.TryDecode(frame, out message)) return true;
            Record("receives garbage", "");
        }

        message = default;
        return false;
    }

    void IPairShell.OnReceived(PeerMessage message, ReceiveResult result)
    {
        Record("receives ", (int)message);
        if (result is ReceiveResult.OwnRoleFatal or ReceiveResult.DualActiveFatal) End(result);
    }

    void IPairShell.Publish(PeerMessage message, TimeSpan due)
    {
        Record("publishes ", (int)message);
        world.Publish(this, message);
    }

    void IPairShell.Apply(Transition transition)
    {
        Record("becomes ", $"{transition.To} ({transition.Reason})");
        world.Witness.Changed(this, transition);
    }

    private bool LeaveIfDone()
    {
        var now = LocalNow;
        if (!(now >= farewellUntil) && !(handingOver && State == BinaryStarState.Passive && now >= farewellFrom)) return false;
        End(null);
        return true;
    }

    private void End(ReceiveResult? fatal)
    {
        if (Status == ProcessStatus.Dead) return;
        Status = ProcessStatus.Dead;
        waking = false;
        Record(fatal is null ? "ends" : "ends itself: ", fatal);
        world.Ended(this, fatal);
    }

    private void Record<T>(string text, T detail)
    {
        if (world.Witness.WantsTranscript) world.Witness.Record(this, text + detail);
    }
}
