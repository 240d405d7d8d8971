using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Nodes.Links;
using NetMQ.HighAvailability.Nodes.Voting;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>
/// One node at work: wakes up for its timer, its peer, a subscriber, a request or a command, lets the
/// <see cref="PairEngine"/> decide, and carries the decisions out. All on the poller's thread, except
/// <see cref="Post"/>, <see cref="Status"/> and <see cref="Read"/>.
/// </summary>
internal sealed class NodeLoop : IPairShell, IDisposable
{
    // What one turn takes from each source at most, so that none can starve the others.
    private const int MaxPeerMessages = 1024;
    private const int MaxSubscriptions = 64;
    private const int MaxVotes = 256;

    private static readonly TimeSpan ShutdownTick = TimeSpan.FromMilliseconds(2);

    private readonly PairEngine engine;
    private readonly Timing timing;
    private readonly StateLink link;
    private readonly LinkMonitor monitor;
    private readonly NodeStatus status;
    private readonly OperatorCommands orders;
    private readonly TermTracker terms;
    private readonly LogThrottle throttle = new();
    private readonly NodeMetrics? metrics; // none while warming up
    private readonly CrashDetector? crashDetector;
    private readonly Clock clock;
    private readonly ILogger logger;
    private readonly NodeEvents events;
    private readonly RequestFaults faults;
    private readonly Action<Exception?> ended;
    private readonly LoopTimer tick;
    private readonly NetMQPoller poller;
    private readonly NodeCommands commands;
    private readonly Queue<NodeChange> pendingEvents = new();

    private Voter? voter;
    private NodeCounters counters;
    private TimeSpan turnEnded;
    private TimeSpan quietUntil;
    private GracefulShutdown? shutdown;
    private int received; // of the peer's messages in this turn
    private bool purged;  // in this turn

    /// <exception cref="EndpointException">A local endpoint cannot be bound; none stays bound.</exception>
    public NodeLoop(
        NetMQPoller poller, PairEngine engine, Timing timing, IReadOnlyList<TcpEndpoint> locals, IReadOnlyList<TcpEndpoint> remotes, HostLookup lookUp, CurveKeys? keys,
        bool detectCrash, HandlerFaultPolicy handlerFaults, TimeProvider time, ILogger logger, NodeMetrics? metrics,
        Action<NodeChange> raise, Action<Exception> requestFailed, Action<Exception?> ended)
    {
        this.poller = poller;
        this.engine = engine;
        this.timing = timing;
        this.logger = logger;
        this.metrics = metrics;
        this.ended = ended;
        commands = new NodeCommands(poller, command => Turn(Wake.Look, command));
        clock = new Clock(time);
        events = new NodeEvents(new CallbackContext(commands.Post, LateFault), raise, requestFailed);
        faults = new RequestFaults(handlerFaults, clock, logger, throttle, events, commands.Post, LateFault);
        engine.Start(TimeSpan.Zero);
        status = new NodeStatus(engine, remotes.Count);
        orders = new OperatorCommands(engine, timing, this);
        terms = new TermTracker(engine);
        link = new StateLink(locals, remotes, lookUp, keys, timing, command => commands.Post(command), logger);
        monitor = new LinkMonitor(link, timing, logger);
        if (detectCrash) crashDetector = new CrashDetector(engine, link, timing, time, () => clock.Now, Post, logger);
        tick = new LoopTimer(poller, timing.Tick, OnTick);
    }

    private enum Wake
    {
        Look,        // the timer, the peer or a command: every turn looks after those
        Subscriber,
        Votes,
    }

    /// <summary>What other threads see of the node.</summary>
    public NodeStatus Status => status;

    public bool HasVoter => voter is not null;

    public bool IsOver { get; private set; }

    public IEnumerable<string> Remotes => link.Paths.Select(path => path.Remote.ToString());

    /// <summary>What the node had counted and remembered at the end of its last turn, and its time now. Any thread.</summary>
    public NodeReading Read() => status.Read(() => clock.Now);

    public void Use(Voter voter) => faults.Attach(this.voter = voter, HurryTick);

    /// <inheritdoc cref="NodeCommands.Post"/>
    public bool Post(Action command) => commands.Post(command);

    /// <summary>Joins the poller and takes the first turn. On the poller's thread, or before it runs.</summary>
    public void Begin()
    {
        var now = clock.Now;
        engine.Start(now);
        turnEnded = now;
        quietUntil = now + timing.Settle; // the first turns are compiled as they run, and settling makes that harmless
        link.Attach(poller, () => Turn(Wake.Look), () => Turn(Wake.Subscriber), crashDetector is null ? null : () => Turn(Wake.Look, crashDetector.OnDisconnected));
        voter!.Attach(poller, () => Turn(Wake.Votes));
        tick.Join();
        metrics?.Begin(Read, Remotes);
        monitor.Begin(now);
        Turn(Wake.Look);
        commands.Begin();
    }

    /// <summary>Hands the pair to the peer, if that is there and passive. A command.</summary>
    public void HandOver(Action<HandOverOutcome> report) => orders.HandOver(report);

    /// <summary>Makes a backup that waits for its first peer active. A command.</summary>
    public void Promote(Action<PromotionOutcome> report)
    {
        Log.PromotionOrdered(logger, engine.State);
        orders.Promote(report);
    }

    /// <summary>Stops politely: no more requests; what the peer can take, it is given. A command.</summary>
    public void Stop()
    {
        if (shutdown is not null) return;
        Log.Stopping(logger, engine.State);
        shutdown = new GracefulShutdown(engine, timing, clock.Now, this);
        tick.Wait(ShutdownTick);
    }

    /// <summary>Ends the node, at once: all sockets are closed. Throws nothing.</summary>
    public void End(Exception? fault)
    {
        if (IsOver) return;
        IsOver = true;
        var ending = new Ending(e =>
        {
            if (fault is null) fault = e;
            else Log.EndingFailed(logger, e);
        });
        ending.Try(() => metrics?.End());
        ending.Try(tick.Leave);
        ending.Try(orders.End);
        Close(ending);
        ending.Try(LeaveActive);
        ending.Try(events.End);
        ending.Try(faults.End);
        if (fault is null) Log.Stopped(logger, shutdown is { PeerTookOver: true });
        else Log.Failed(logger, fault);
        ended(fault);
    }

    /// <summary>Closes all, after the end or instead of a beginning. Not on the poller's thread while it runs. Throws nothing.</summary>
    public void Dispose() => Close(new Ending(e => Log.EndingFailed(logger, e)));

    private void Close(Ending ending)
    {
        commands.Close();
        status.Dispose();
        ending.Try(() => voter?.Dispose());
        link.Close(ending);
    }

    // After a fault: whoever asks later must not take it for one that serves.
    private void LeaveActive()
    {
        engine.Abandon();
        counters.Faults = faults.Counts;
        status.Change(engine.State, engine, terms.Term, counters, link.Paths);
    }

    private void LateFault(Exception exception) => Log.LateFault(logger, exception);

    // Before another callback of the application's could go on with a reply that this one leaves unfinished.
    private void HurryTick()
    {
        if (shutdown is null) tick.Hurry();
    }

    private void OnTick()
    {
        if (shutdown is null) Turn(Wake.Look);
        else commands.Post(static () => { }); // the last turn tells all, and ends the node
    }

    // The one turn, whatever the reason: the core's, and only then what there is to do.
    private void Turn(Wake wake, Action? command = null)
    {
        if (IsOver) return;
        try
        {
            var now = clock.Now;
            RaiseEvents();
            faults.DiscardUnfinishedReply(mayRaise: !tick.IsTicking);
            received = 0;
            purged = false;
            engine.Turn(now, link.Returned(), wake == Wake.Subscriber && TakeSubscriptions(), this);
            NoticeInterruption(now);
            command?.Invoke();
            if (wake == Wake.Votes) ServeVotes(now);

            if (pendingEvents.Count == 0) orders.Look(); // who gave one hears of it after all others have heard of the change
            LookAfterLink();
            EndTurn(now);
        }
        catch (Exception e)
        {
            End(e);
        }
    }

    private bool TakeSubscriptions()
    {
        if (!link.TakeSubscriptions(MaxSubscriptions)) return false;
        Log.Subscribed(logger);
        return true;
    }

    private void NoticeInterruption(TimeSpan now)
    {
        var idle = now - turnEnded;
        if (idle < TimeSpan.Zero && throttle.Allows(LogEvent.ClockSteppedBack, turnEnded, out var suppressed)) Log.ClockSteppedBack(logger, -idle, suppressed);
        if (engine.IsIoStalled && now > quietUntil && throttle.Allows(LogEvent.Deaf, now, out suppressed)) Log.Deaf(logger, now - engine.Memory.LoopbackSentAt!.Value, suppressed);
        if (!purged && idle <= timing.ShortGap) return;

        counters.Interruptions++;
        if (idle > timing.ShortGap && now > quietUntil && throttle.Allows(LogEvent.Interrupted, now, out suppressed)) Log.Interrupted(logger, idle, suppressed);
    }

    TimeSpan IPairShell.Now => clock.Now;

    bool IPairShell.IsDrained => received < MaxPeerMessages;

    void IPairShell.Purge()
    {
        purged = true;
        link.Purge();
    }

    bool IPairShell.TryReceive(out PeerMessage message)
    {
        message = default;
        for (; received < MaxPeerMessages; received++)
        {
            switch (link.TryReceive(engine.Memory.Turn, out message, out var size, out var more))
            {
                case Inbox.Empty:
                    return false;
                case Inbox.Message:
                    received++;
                    Log.Received(logger, (int)message);
                    return true;
                case Inbox.Garbage:
                    if (throttle.Allows(LogEvent.Garbage, engine.Memory.Turn, out var suppressed)) Log.Garbage(logger, size, more, suppressed);
                    goto default;
                default:
                    counters.GarbageReceived++;
                    break;
            }
        }

        return false;
    }

    void IPairShell.OnReceived(PeerMessage message, ReceiveResult result)
    {
        var now = engine.Memory.Turn;
        long suppressed;
        switch (result)
        {
            case ReceiveResult.OwnRoleIgnored:
                counters.OwnRoleReceived++;
                if (throttle.Allows(LogEvent.OwnRole, now, out suppressed)) Log.OwnRole(logger, engine.Role, suppressed);
                return;
            case ReceiveResult.OwnRoleFatal:
                throw new SameRoleException(engine.Role);
            case ReceiveResult.DualActiveFatal:
                throw new DualActiveException();
            case ReceiveResult.DualActiveStays:
                if (throttle.Allows(LogEvent.DualActive, now, out suppressed)) Log.DualActive(logger, suppressed);
                break;
        }

        counters.StatesReceived++;
        terms.Received(message);
    }

    private void ServeVotes(TimeSpan turn)
    {
        using var context = faults.Enter();
        var until = turn + timing.Heartbeat / 16;
        var now = turn;
        var (longest, handled) = (TimeSpan.Zero, false);
        var traced = logger.IsEnabled(LogLevel.Trace);
        for (var i = 0; i < MaxVotes && now <= until && !voter!.IsClosed && voter.TryTake(); i++)
        {
            var before = now;
            now = clock.Now;
            if (handled && now - before > longest) longest = now - before;
            var accepted = handled = engine.Vote(now, this);
            if (traced) Log.Vote(logger, engine.State, accepted);
            if (accepted)
            {
                counters.VotesAccepted++;
                faults.Serve();
            }
            else
            {
                counters.VotesRejected++;
                voter.Refuse();
                shutdown?.Dropped(now);
            }
        }

        var last = handled ? clock.Now - now : TimeSpan.Zero;
        if (last > longest) longest = last;
        if (longest > TimeSpan.Zero) metrics?.Handler(longest);
    }

    void IPairShell.Publish(PeerMessage message, TimeSpan due)
    {
        if (engine.Memory.Turn >= due) metrics?.Heartbeat(engine.Memory.Turn - due);
        link.Publish(message, engine.Memory.Turn);
        counters.StatesPublished++;
        Log.Published(logger, (int)message);
    }

    // The one place that changes the state others see.
    void IPairShell.Apply(Transition transition)
    {
        var change = terms.Note(transition);
        metrics?.Changed(transition, engine.Memory.Turn - engine.Memory.LastReceived);
        Log.StateChanged(logger, transition.From, transition.To, transition.Reason);
        pendingEvents.Enqueue(change);
        if (tick.IsTicking) commands.Post(static () => { });
        else RaiseEvents();
    }

    // Not in a tick, for the application's timers may come and go in its events. To have each tick run as a task instead costs a
    // node that idles a quarter of its time: tasks reach a poller through a connection.
    private void RaiseEvents()
    {
        while (!tick.IsTicking && pendingEvents.TryDequeue(out var change))
        {
            counters.Faults = faults.Counts;
            status.Change(change.Transition.To, engine, change.Term, counters, link.Paths);
            events.Changed(change);
        }
    }

    private void LookAfterLink()
    {
        if (monitor.Look(engine.Memory, counters.VotesRejected)) counters.Redials++;
        crashDetector?.Look();

        // Requests that come before the evidence of a crash would be dropped, and their clients wait out a timeout.
        voter!.IsHeld = crashDetector is { IsWorthWaiting: true } && engine.State != BinaryStarState.Active && shutdown is null;
    }

    private void EndTurn(TimeSpan began)
    {
        counters.Faults = faults.Counts;
        if (pendingEvents.Count == 0) status.Update(engine, terms.Term, counters, link.Paths); // else with the change that is to be told
        turnEnded = clock.Now;
        var took = turnEnded - began;
        metrics?.Turn(took);
        if (took > timing.ShortGap && turnEnded > quietUntil && throttle.Allows(LogEvent.SlowTurn, turnEnded, out var suppressed)) Log.SlowTurn(logger, took, suppressed);

        if (shutdown is null)
        {
            tick.Wait(engine.SleepAt(turnEnded));
            if (voter!.HasUnfinishedReply) HurryTick(); // of an event's callback
            return;
        }

        if (shutdown.MayCloseVoterAt(turnEnded)) voter!.Dispose();
        if (shutdown.IsOverAt(turnEnded)) End(null);
    }
}
