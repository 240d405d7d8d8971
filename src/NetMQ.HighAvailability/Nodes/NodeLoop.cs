using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Nodes.Links;
using NetMQ.HighAvailability.Nodes.Requests;
using NetMQ.HighAvailability.Nodes.Voting;
using NetMQ.HighAvailability.Connections;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>
/// The loop of one node: wakes up for its timer, its peer, a subscriber, a request or a command, lets the
/// <see cref="PairEngine"/> decide, and carries out the decisions. All on the poller's thread, except
/// <see cref="Post"/>, <see cref="Status"/> and <see cref="Read"/>.
/// </summary>
internal sealed partial class NodeLoop : IPairShell, IDisposable
{
    // The most that one turn takes from each source, so that none can starve the others.
    private const int MaxPeerMessages = 1024;
    private const int MaxSubscriptions = 16;
    private const int MaxVotes = 1024;

    // Replies leave together, but none waits for handlers that take long.
    private static readonly TimeSpan LongestBatch = TimeSpan.FromMicroseconds(200);

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
    private readonly ArbiterLink? arbiter;
    private readonly Clock clock;
    private readonly ILogger logger;
    private readonly NodeEvents events;
    private readonly RequestFaults faults;
    private readonly Action<Exception?> ended;
    private readonly LoopTimer tick;
    private readonly NetMQPoller poller;
    private readonly LoopSignal signal = new();
    private readonly NodeCommands commands;
    private readonly Queue<NodeChange> pendingEvents = new();

    private Voter? voter;
    private RequestServer? requests; // if the handler is asynchronous
    private NodeCounters counters;
    private TimeSpan turnEnded;
    private TimeSpan quietUntil;
    private bool isStopping; // and waits, as long as there is no shutdown, for the requests in progress
    private GracefulShutdown? shutdown;
    private int received; // number of the peer's messages in this turn
    private bool purged;  // in this turn

    /// <exception cref="EndpointException">A local endpoint cannot be bound; none stays bound.</exception>
    public NodeLoop(
        NetMQPoller poller, PairEngine engine, Timing timing, IReadOnlyList<TcpEndpoint> locals, IReadOnlyList<TcpEndpoint> remotes, HostLookup lookUp, CurveKeys? keys,
        IArbiter? arbiter, string? pair, bool detectCrash, HandlerFaultPolicy handlerFaults, TimeProvider time, ILogger logger, NodeMetrics? metrics,
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
        status = new NodeStatus(engine, remotes.Count, pair);
        orders = new OperatorCommands(engine, timing, this);
        terms = new TermTracker(engine);
        try
        {
            link = new StateLink(locals, remotes, lookUp, keys, arbiter is not null, timing, signal, clock, command => commands.Post(command), throttle, logger);
        }
        catch
        {
            signal.Dispose();
            throw;
        }

        monitor = new LinkMonitor(link, timing, hasArbiter: arbiter is not null, logger);
        if (detectCrash) crashDetector = new CrashDetector(engine, link, timing, time, () => clock.Now, Post, logger);
        if (arbiter is not null) this.arbiter = new ArbiterLink(arbiter, pair!, engine, timing, time, answer => Post(() => engine.Answered(answer, this)), metrics, throttle, logger);
        tick = new LoopTimer(poller, timing.Tick, OnTick);
    }

    private enum Wake
    {
        Look,        // the timer, the peer or a command: every turn handles those
        Subscriber,
        Votes,
    }

    /// <summary>What other threads see of the node.</summary>
    public NodeStatus Status => status;

    public bool HasVoter => voter is not null;

    public bool IsOver { get; private set; }

    // For how long one turn serves requests, so that the peer's messages do not wait.
    private TimeSpan LongestWork => timing.Heartbeat / 16;

    public IEnumerable<string> Remotes => link.Paths.Select(path => path.Remote.ToString());

    /// <summary>The node's counters and state at the end of its last turn, and its current time. Any thread.</summary>
    public NodeReading Read() => status.Read(() => clock.Now);

    /// <summary>Binds a ROUTER of our own.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be bound.</exception>
    public Voter Listen(TcpEndpoint endpoint, PortSettings settings) => new RouterVoter(endpoint, settings, signal, clock, timing.Tick, throttle, logger);

    public void Use(Voter voter) => faults.Attach(this.voter = voter, HurryTick);

    /// <summary>Has the voter's requests handled asynchronously.</summary>
    public void Serve(VoterOptions options, Func<VoterRequest, CancellationToken, ValueTask<VoterReply>> handler, TimeProvider time) =>
        orders.Requests = requests = new RequestServer(options, handler, voter!, engine, faults, signal, time, clock, timing.Failover, LongestWork, metrics, throttle, logger);

    /// <inheritdoc cref="NodeCommands.Post"/>
    public bool Post(Action command) => commands.Post(command);

    /// <summary>Joins the poller and takes the first turn. On the poller's thread, or before it runs.</summary>
    public void Begin()
    {
        var now = clock.Now;
        engine.Start(now);
        turnEnded = now;
        quietUntil = now + timing.Settle; // the first turns are slow because they are being compiled; the node settles, so that is harmless
        signal.Attach(poller);
        link.Attach(poller, () => Turn(Wake.Look), () => Turn(Wake.Subscriber), crashDetector is null ? null : crashDetector.OnDisconnected);
        voter!.Attach(poller, () => Turn(Wake.Votes));
        requests?.Attach(() => Turn(Wake.Look));
        tick.Join();
        metrics?.Begin(Read, Remotes);
        monitor.Begin(now);
        Turn(Wake.Look);
        commands.Begin();
    }

    /// <summary>Hands over to the peer, if it is there and passive. A command.</summary>
    public void HandOver(Action<HandOverOutcome> report) => orders.HandOver(report);

    /// <summary>Makes a backup that waits for its first peer active. A command.</summary>
    public void Promote(Action<PromotionOutcome> report)
    {
        Log.PromotionOrdered(logger, engine.State);
        orders.Promote(report);
    }

    /// <summary>Stops gracefully: accepts no more requests, answers those in progress, and hands over if the peer can take over. A command.</summary>
    public void Stop()
    {
        if (isStopping) return;
        Log.Stopping(logger, engine.State);
        isStopping = true;
        if (engine.State == BinaryStarState.Active) requests?.BeginDrain(engine.Memory.Turn);
        BeginShutdown();
    }

    private void BeginShutdown()
    {
        if (engine.State == BinaryStarState.Active && requests?.IsDrained(engine.Memory.Turn) == false) return;
        shutdown = new GracefulShutdown(engine, timing, clock.Now, this);
        tick.Wait(ShutdownTick);
    }

    /// <summary>Ends the node at once: closes all sockets. Throws nothing.</summary>
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
        ending.Try(LeaveActive); // before the term is ended: state and term are seen together
        Close(ending);
        ending.Try(events.End);
        ending.Try(faults.End);
        if (fault is null) Log.Stopped(logger, shutdown is { PeerTookOver: true });
        else Log.Failed(logger, fault);
        ended(fault);
    }

    /// <summary>Closes everything, after the end or if the node never started. Not on the poller's thread while it runs. Throws nothing.</summary>
    public void Dispose() => Close(new Ending(e => Log.EndingFailed(logger, e)));

    private void Close(Ending ending)
    {
        commands.Close();
        status.Dispose();
        ending.Try(() => voter?.Dispose());
        link.Close(ending);
        ending.Try(signal.Dispose);
    }

    // After a fault: a later reader must not see a node that serves.
    private void LeaveActive()
    {
        engine.Abandon();
        counters.Faults = faults.Counts;
        status.Change(engine.State, engine, terms.Term, fencingToken: null, counters, link.Paths);
        requests?.TermChanged(null);
    }

    private void LateFault(Exception exception) => Log.LateFault(logger, exception);

    // Before another callback of the application could continue a reply that this one leaves unfinished.
    private void HurryTick()
    {
        if (shutdown is null) tick.Hurry();
    }

    private void OnTick()
    {
        if (!isStopping) Turn(Wake.Look);
        else commands.Post(static () => { }); // the last turn raises all events, and ends the node
    }

    // The one turn, whatever the reason: first the core's, and only then the work.
    private void Turn(Wake wake, Action? command = null)
    {
        if (IsOver) return;
        try
        {
            RaiseEvents();
            var now = clock.Now; // not before: the application's callbacks may take their time
            faults.DiscardUnfinishedReply(mayRaise: !tick.IsTicking);
            voter!.IsInTurn = true;
            received = 0;
            purged = false;
            engine.Turn(now, wake == Wake.Subscriber && TakeSubscriptions(), this);
            NoticeInterruption(now);
            if (clock.Now - now > timing.ShortGap) TurnAgain(); // commands and requests are for a node that knows how things are
            command?.Invoke();
            if (!tick.IsTicking && pendingEvents.Count == 0) requests?.SendReplies();
            if (wake == Wake.Votes) ServeVotes(engine.Memory.Turn);

            if (isStopping && shutdown is null) BeginShutdown();
            if (pendingEvents.Count == 0) orders.Look(); // complete operator commands only after the state-change events have been raised
            LookAfterLink();
            EndTurn(now);
        }
        catch (Exception e)
        {
            End(e);
        }
    }

    // Callbacks have taken long, or the process stood still: the turn did not go on.
    private void TurnAgain()
    {
        counters.Interruptions++;
        RaiseEvents();
        received = 0;
        engine.Turn(clock.Now, subscriberCame: false, this);
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
        shutdown?.BeginTurn(now);
        if (idle < TimeSpan.Zero && throttle.Allows(LogEvent.ClockSteppedBack, turnEnded, out var suppressed)) Log.ClockSteppedBack(logger, -idle, suppressed);
        if (!purged && idle <= timing.ShortGap) return;

        counters.Interruptions++;
        if (idle > timing.ShortGap && now > quietUntil && throttle.Allows(LogEvent.Interrupted, now, out suppressed)) Log.Interrupted(logger, idle, suppressed);
    }

    private void ServeVotes(TimeSpan turn)
    {
        if (engine.AwaitsArbiter(turn, this)) return;
        using var context = faults.Enter();
        var until = turn + LongestWork;
        var now = turn;
        var flushed = turn;
        var (longest, handled) = (TimeSpan.Zero, false);
        var traced = logger.IsEnabled(LogLevel.Trace);
        for (var i = 0; i < MaxVotes && now <= until && !voter!.IsClosed && voter.TryTake(); i++)
        {
            var before = now;
            now = clock.Now;
            if (handled && now - before > longest) longest = now - before;
            if (now - flushed > LongestBatch)
            {
                voter.Flush();
                flushed = now;
            }

            var accepted = handled = engine.Vote(now, this);
            if (traced) Log.Vote(logger, engine.State, accepted);
            if (accepted)
            {
                counters.VotesAccepted++;
                faults.Serve();
                if (requests is { Holds: true }) voter.IsHeld = true;
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

    // Events are not raised inside the tick: handlers may add or remove timers, which NetMQ forbids there. Running every tick as a
    // task instead costs an idle node a quarter of its CPU time, because tasks reach a poller through a connection.
    private void RaiseEvents()
    {
        while (!tick.IsTicking && pendingEvents.TryDequeue(out var change))
        {
            counters.Faults = faults.Counts;
            status.Change(change.Transition.To, engine, change.Term, change.FencingToken, counters, link.Paths);
            requests?.TermChanged(status.Term);
            events.Changed(change);
        }
    }

    private void LookAfterLink()
    {
        if (monitor.Look(engine.Memory, counters.VotesRejected)) counters.Redials++;
        crashDetector?.Look();
        arbiter?.Look();
        link.EndTurn(engine.Memory.Turn);

        // Requests that arrive before the evidence of a crash, or the arbiter's answer, would be dropped, and their clients would have to wait for a timeout.
        var isActive = engine.State == BinaryStarState.Active;
        voter!.IsHeld = isActive ? requests is { Holds: true } : (crashDetector is { IsWorthWaiting: true } || engine.IsAwaitingArbiter(engine.Memory.Turn)) && shutdown is null;
    }

    private void EndTurn(TimeSpan began)
    {
        counters.Faults = faults.Counts;
        if (requests is not null)
        {
            requests.EndTurn(began, isHeld: voter!.IsHeld && engine.State == BinaryStarState.Active);
            counters.Requests = requests.CountsAt(began);
        }

        if (pendingEvents.Count == 0) status.Update(engine, terms.Term, counters, link.Paths); // otherwise together with the pending change
        voter!.IsInTurn = false;
        if (!voter.IsClosed) voter.EndTurn(began);
        turnEnded = clock.Now;
        var took = turnEnded - began;
        metrics?.Turn(took);
        if (took > timing.ShortGap && turnEnded > quietUntil && throttle.Allows(LogEvent.SlowTurn, turnEnded, out var suppressed)) Log.SlowTurn(logger, took, suppressed);

        if (shutdown is null)
        {
            tick.Wait(engine.SleepAt(turnEnded));
            if (voter!.HasUnfinishedReply) HurryTick(); // left by an event callback
            return;
        }

        if (!shutdown.MayCloseVoterAt(began)) return; // not at its end: it may have stood still, and nobody has looked for requests since
        voter!.Dispose();
        if (shutdown.IsOverAt(turnEnded)) End(null);
    }
}
