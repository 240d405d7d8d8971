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
    private PairEngine engine;
    private readonly Timing timing;
    private readonly Queue<(int Message, MandateStamp Stamp)> inbox = new();
    private readonly Queue<ArbiterAnswer> answers = new();
    private readonly DualActivePolicy policy;
    private DriftingClock clock = new(TimeSpan.FromHours(1));
    private PeerRhythm rhythm;
    private TimeSpan lastDial;
    private TimeSpan farewellFrom;
    private TimeSpan? farewellUntil;
    private bool handingOver;
    private bool stopping;
    private bool waking;
    private bool ticking;
    private bool lookDue;
    private bool handOverOrdered;
    private int nobody = -2; // the client of a request that comes from none
    private readonly Queue<BinaryStarState> changes = new(); // that the requests do not know of yet

    public SimNode(PairWorld world, int index, Timing timing, DualActivePolicy policy)
    {
        this.world = world;
        this.timing = timing;
        rhythm = new PeerRhythm(timing);
        this.policy = policy;
        Index = index;
        engine = NewEngine();
    }

    public int Index { get; }

    public BinaryStarRole Role => engine.Role;

    public ProcessStatus Status { get; private set; }

    public BinaryStarState State => engine.State;

    /// <summary>Its requests, if it answers them asynchronously.</summary>
    public SimRequests? Requests { get; private set; }

    /// <summary>How often it was started.</summary>
    public int Life { get; private set; }

    /// <summary>Its stop was ordered.</summary>
    public bool IsLeaving => stopping;

    /// <summary>A request that came now would be served without a change of state.</summary>
    public bool Serves => Status == ProcessStatus.Live && State == BinaryStarState.Active && !HasLeft && engine.Serves(LocalNow);

    /// <summary>The token of its term, if it has an arbiter and is active.</summary>
    public long? Token => engine.FencingToken;

    /// <summary>Its right to serve will not end because of what was before: it has its peer's promise, or renewed its lease not long ago.</summary>
    public bool HasFreshMandate => engine.Mandate is not { } mandate || mandate.ServesBy(LocalNow) == BinaryStarMandate.Peer
        || (mandate.Policy == ArbiterPolicy.Strict && mandate.Until - LocalNow > mandate.Timing.Lease / 2);

    public TimeSpan? LastReceivedAgo => engine.Memory.LastReceived is { } received ? LocalNow - received : null;

    public PairMemory Memory => engine.Memory;

    // It takes no requests any more.
    private bool HasLeft => farewellUntil is not null;

    private TimeSpan LocalNow => clock.At(world.Now);

    public void Start()
    {
        Life++;
        Status = ProcessStatus.Live;
        inbox.Clear();
        answers.Clear();
        if (world.Arbiter is not null) engine = NewEngine();
        (farewellUntil, handingOver, stopping, handOverOrdered, lookDue) = (null, false, false, false, false);
        changes.Clear();
        Requests = world.Handlers is { } handlers ? new SimRequests(world, this, handlers) : null;
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
        if (inTurn && Requests is null) Judge();
        else if (inTurn) WorkWithARequest();
        if (!waking) Wake();
        else Turn();
        if (Status == ProcessStatus.Live) world.Witness.Woke(this);
    }

    public void Drift(int partsPerMillion) => clock.Drift(world.Now, partsPerMillion);

    public void StepClock(TimeSpan by) => clock.Step(by);

    /// <summary>A request. True: it was served.</summary>
    public bool Ask() => Turn() && Judge();

    /// <summary>A request to a node that answers asynchronously.</summary>
    public void Ask(SimRequest request)
    {
        Requests!.Arrive(request);
        Turn(mayRead: true);
    }

    /// <summary>A handler has ended, perhaps while the process stands still.</summary>
    public void Signal() => Turn();

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
        var done = Requests is null ? engine.HandOver(this) : DrainAndHandOver();
        Record("is told to hand over: ", done);
        return done;
    }

    public void Stop()
    {
        if (stopping || !Turn()) return;
        Record("is told to stop", "");
        stopping = true;
        if (State == BinaryStarState.Active) Requests?.BeginDrain(Memory.Turn);
        BeginFarewell();
    }

    private void BeginFarewell()
    {
        if (State == BinaryStarState.Active && Requests?.IsDrained(Memory.Turn) == false) return;
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
        ticking = true;
        Turn();
        ticking = false;
        if (Status != ProcessStatus.Live) return;
        waking = true;
        world.Schedule(world.Weather.TurnSpacing(), new Happening(What.Turn, Index, Life));
    }

    public void Receive(int message, in MandateStamp stamp)
    {
        if (Status == ProcessStatus.Dead) return;
        inbox.Enqueue((message, stamp));
        Turn();
    }

    public void Receive(in ArbiterAnswer answer)
    {
        if (Status == ProcessStatus.Dead) return;
        answers.Enqueue(answer);
        Turn();
    }

    private PairEngine NewEngine() => new(Index == PairWorld.Primary ? BinaryStarRole.Primary : BinaryStarRole.Backup, timing, policy, world.Arbiter?.NewMandate(this));

    public void Welcome(SimLink subscription)
    {
        subscription.SubscriptionWaits = true;
        Turn();
    }

    private bool Judge()
    {
        if (HasLeft || engine.AwaitsArbiter(LocalNow, this)) return false; // its client asks again
        var accepted = engine.Vote(LocalNow, this);
        Record(accepted ? "accepts a request" : "rejects a request", "");
        if (accepted) world.Witness.Accepted(this);
        return accepted;
    }

    // False: there was none, or it was the last.
    private bool Turn(bool mayRead = false)
    {
        if (Status != ProcessStatus.Live) return false;
        TellChanges();

        var subscription = world.LinkTo(1 - Index);
        var subscriberCame = subscription.SubscriptionWaits;
        if (subscriberCame) subscription.Open();
        if (!engine.Turn(LocalNow, subscriberCame, this)) return false;
        while (answers.TryDequeue(out var answer)) engine.Answered(answer, this);

        if (engine.Memory.LastReceived is { } received) rhythm.Received(received);
        if (LocalNow - Max(lastDial, engine.Memory.LastReceived ?? TimeSpan.Zero) >= rhythm.Patience)
        {
            lastDial = LocalNow;
            world.Redial(this);
        }

        if (Requests is not null) Work(mayReply: !ticking && changes.Count == 0, mayRead);
        return Status == ProcessStatus.Live && !LeaveIfDone();
    }

    // What the shipped loop does after the core's turn, in its order. An order comes before it there, but none of it depends on that.
    private void Work(bool mayReply, bool mayRead)
    {
        if (mayReply) Requests!.SendReplies(LocalNow, () => engine.Serves(LocalNow));
        if (mayRead) Requests!.ReadAll(LocalNow, Judge);
        if (Status != ProcessStatus.Live) return;
        if (stopping && !HasLeft) BeginFarewell();
        if (Status == ProcessStatus.Live && changes.Count == 0 && handOverOrdered) LookAtDrain();
        if (Status != ProcessStatus.Live || lookDue || !(changes.Count > 0 || Requests!.HasReadable)) return;
        lookDue = true;
        var life = Life;
        world.Schedule(TimeSpan.Zero, () =>
        {
            if (Life != life) return;
            lookDue = false;
            Turn(mayRead: true);
        });
    }

    private void WorkWithARequest()
    {
        Requests!.Arrive(new SimRequest(nobody--, _ => { }));
        Work(mayReply: changes.Count == 0, mayRead: true);
    }

    private bool DrainAndHandOver()
    {
        if (State != BinaryStarState.Active || !engine.CanHandOver) return false;
        if (handOverOrdered) return true;
        handOverOrdered = true;
        Requests!.BeginDrain(Memory.Turn);
        LookAtDrain();
        return true;
    }

    private void LookAtDrain()
    {
        var isActive = State == BinaryStarState.Active;
        if (isActive && !Requests!.IsDrained(Memory.Turn)) return;
        handOverOrdered = false;
        if (isActive && engine.HandOver(this)) return;
        Record("does not hand over after all", "");
        Requests!.EndDrain();
    }

    // Not in a timer's callback, where the loop raises no events.
    private void TellChanges()
    {
        while (!ticking && changes.TryDequeue(out var state)) Requests?.TermChanged(state == BinaryStarState.Active);
    }

    TimeSpan IPairShell.Now => LocalNow;

    bool IPairShell.IsDrained => true;

    void IPairShell.Purge()
    {
        Record("purges", "");
        inbox.Clear();
        world.Redial(this);
    }

    bool IPairShell.TryReceive(out PeerMessage message, out MandateStamp stamp)
    {
        stamp = default;
        while (inbox.TryDequeue(out var arrived))
        {
            stamp = arrived.Stamp;
            Span<byte> frame = [(byte)('0' + arrived.Message)];
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

    void IPairShell.Publish(PeerMessage message, in MandateStamp stamp, TimeSpan due)
    {
        Record("publishes ", (int)message);
        world.Publish(this, message, stamp);
    }

    void IPairShell.Ask(in ArbiterRequest request)
    {
        Record("asks the arbiter: ", request.Operation);
        world.Arbiter!.Ask(this, request);
    }

    void IPairShell.Apply(Transition transition)
    {
        Record("becomes ", $"{transition.To} ({transition.Reason})");
        world.Witness.Changed(this, transition);
        changes.Enqueue(transition.To);
        TellChanges();
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
