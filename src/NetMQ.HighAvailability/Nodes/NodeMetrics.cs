using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>
/// The measurements of one node, under one meter for all of them. Counts that a node keeps anyway are read when they are
/// collected, so they cost nothing per request; durations are recorded at most once a turn, while there is a listener.
/// </summary>
/// <remarks>Names and units follow OpenTelemetry's conventions; docs/monitoring.md has the table.</remarks>
internal sealed class NodeMetrics
{
    private static readonly Meter Meter = new(BinaryStar.MeterName);
    private static readonly Counter<long> TransitionCount = Meter.CreateCounter<long>("binarystar.transitions", "{transition}", "Changes of state.");
    private static readonly Histogram<double> TurnSeconds = Durations.Of(Meter, "binarystar.turn.duration", "One turn of the loop, handlers and callbacks included.");
    private static readonly Histogram<double> HandlerSeconds = Durations.Of(Meter, "binarystar.handler.duration", "The longest call of the voter's handler in a turn.");
    private static readonly Histogram<double> RequestSeconds = Durations.Of(Meter, "binarystar.request.duration", "From accepting a request to the end of its asynchronous handler.");
    private static readonly Histogram<double> LateSeconds = Durations.Of(Meter, "binarystar.heartbeat.lateness", "How long after its time a heartbeat was published.");
    private static readonly Histogram<double> ArbiterSeconds = Durations.Of(Meter, "binarystar.arbiter.duration", "A request to the arbiter, answered or not.");
    private static readonly Histogram<double> FailoverSeconds = Durations.Of(Meter, "binarystar.failover.duration", "From the dead peer's last message to this node's being active.");

    // Counted from 0 on: to Prometheus a count that begins with 1 is not an increase, and these trigger alarms.
    private static readonly Transition[] Alarming =
    [
        new(BinaryStarState.Passive, BinaryStarState.Active, BinaryStarChangeReason.PeerSilent),
        new(BinaryStarState.Passive, BinaryStarState.Active, BinaryStarChangeReason.PeerCrashed),
        new(BinaryStarState.Yielding, BinaryStarState.Active, BinaryStarChangeReason.PeerSilent),
        new(BinaryStarState.Yielding, BinaryStarState.Active, BinaryStarChangeReason.PeerCrashed),
        new(BinaryStarState.Active, BinaryStarState.Yielding, BinaryStarChangeReason.LeaseExpired),
        new(BinaryStarState.Active, BinaryStarState.Yielding, BinaryStarChangeReason.MandateLost),
        new(BinaryStarState.Active, BinaryStarState.Passive, BinaryStarChangeReason.DualActive),
    ];

    private static readonly BinaryStarMandate[] AllMandates = Enum.GetValues<BinaryStarMandate>();
    private static readonly BinaryStarState[] AllStates = Enum.GetValues<BinaryStarState>();
    private static ImmutableArray<NodeMetrics> nodes = [];

    private readonly KeyValuePair<string, object?> name;
    private readonly KeyValuePair<string, object?> role;
    private Func<NodeReading>? read;
    private IReadOnlyList<string> remotes = [];

    static NodeMetrics()
    {
        Meter.CreateObservableUpDownCounter("binarystar.state", () => Observe(StateOf), "{node}", "1 for the state that the node is in, 0 for the others.");
        Meter.CreateObservableCounter("binarystar.votes", () => Observe(Votes), "{vote}", "Client requests received: accepted and served, or rejected and dropped.");
        Meter.CreateObservableCounter("binarystar.requests.failed", () => Observe(Failed), "{request}", "Requests that failed in the handler and were dropped.");
        Meter.CreateObservableCounter("binarystar.replies.undeliverable", () => Observe((node, reading) => node.Measure(reading.Counters.Faults.UndeliverableReplies)), "{reply}", "Replies whose first frame led to no client.");
        Meter.CreateObservableUpDownCounter("binarystar.requests.active", () => Observe((node, reading) => node.Measure((long)reading.Counters.Requests.InFlight)), "{request}", "Requests accepted by an asynchronous handler and not answered yet.");
        Meter.CreateObservableCounter("binarystar.requests.held", () => Observe((node, reading) => node.Measure(reading.Counters.Requests.Held.TotalSeconds)), "s", "How long requests have waited in the socket for want of places, or for a hand-over.");
        Meter.CreateObservableCounter("binarystar.messages", () => Observe(Messages), "{message}", "State messages published, and valid ones received.");
        Meter.CreateObservableCounter("binarystar.messages.ignored", () => Observe(Ignored), "{message}", "Messages on the state link that changed nothing.");
        Meter.CreateObservableCounter("binarystar.interruptions", () => Observe((node, reading) => node.Measure(reading.Counters.Interruptions)), "{interruption}", "How often the loop did not run for over a quarter of a heartbeat.");
        Meter.CreateObservableCounter("binarystar.redials", () => Observe((node, reading) => node.Measure(reading.Counters.Redials)), "{redial}", "How often the state link was connected anew because the peer had been silent for long.");
        Meter.CreateObservableGauge("binarystar.peer.silence", () => Observe(Silence), "s", "Time since the last message of the peer.");
        Meter.CreateObservableGauge("binarystar.arbiter.reachable", () => Observe(Reachable), "{arbiter}", "1 if the arbiter answered the last request, 0 if not.");
        Meter.CreateObservableUpDownCounter("binarystar.mandate", () => Observe(MandateOf), "{node}", "1 for that by which the node serves, 0 for the others.");
        Meter.CreateObservableGauge("binarystar.mandate.remaining", () => Observe(Remaining), "s", "How long the node may go on serving if nothing is received from peer and arbiter.");
        Meter.CreateObservableGauge("binarystar.term.token", () => Observe(TokenOf), "{token}", "The fencing token of the node's term, or the highest that it knows.");
        Meter.CreateObservableGauge("binarystar.path.silence", () => Observe(PathSilence), "s", "Time since the last message of the peer from one of its endpoints.");
    }

    public NodeMetrics(string name, BinaryStarRole role)
    {
        this.name = new("binarystar.name", name);
        this.role = new("binarystar.role", SnakeCase(role.ToString()));
    }

    /// <summary>The node is running: its counts can be read from now on.</summary>
    public void Begin(Func<NodeReading> read, IEnumerable<string> remotes)
    {
        this.read = read;
        this.remotes = [.. remotes];
        foreach (var transition in Alarming) Count(transition, 0);
        ImmutableInterlocked.Update(ref nodes, all => all.Add(this));
    }

    /// <summary>The node has ended. Counts that have not been collected by now are lost.</summary>
    public void End() => ImmutableInterlocked.Update(ref nodes, all => all.Remove(this));

    public void Turn(TimeSpan took) => TurnSeconds.Record(took.TotalSeconds, name, role);

    public void Handler(TimeSpan longest) => HandlerSeconds.Record(longest.TotalSeconds, name, role);

    /// <param name="took">From accepting the request on.</param>
    /// <param name="outcome">What came of it, in the form of OpenTelemetry's values.</param>
    public void Request(TimeSpan took, string outcome) => RequestSeconds.Record(took.TotalSeconds, name, role, new("binarystar.outcome", outcome));

    /// <param name="operation">What the arbiter was asked for.</param>
    /// <param name="outcome">What came of it.</param>
    /// <param name="took">Until the answer, or until none was expected any longer.</param>
    public void Asked(ArbiterOperation operation, ArbiterOutcome outcome, TimeSpan took) => ArbiterSeconds.Record(
        took.TotalSeconds, name, role, new("binarystar.arbiter.operation", SnakeCase(operation.ToString())), new("binarystar.outcome", SnakeCase(outcome.ToString())));

    public void Heartbeat(TimeSpan late) => LateSeconds.Record(late.TotalSeconds, name, role);

    /// <param name="transition">What changed.</param>
    /// <param name="silence">Time since the peer's last message.</param>
    public void Changed(Transition transition, TimeSpan? silence)
    {
        Count(transition, 1);
        if (!FailoverSeconds.Enabled || silence is not { } lasted) return;
        if (transition is { To: BinaryStarState.Active, Reason: BinaryStarChangeReason.PeerSilent or BinaryStarChangeReason.PeerCrashed })
            FailoverSeconds.Record(lasted.TotalSeconds, name, role, CauseOf(transition));
    }

    private void Count(Transition transition, int times)
    {
        // The next request waits for this, and formatting the first names of a process is slow.
        if (!TransitionCount.Enabled) return;
        TransitionCount.Add(times, [
            name, role, CauseOf(transition),
            new("binarystar.state.from", SnakeCase(transition.From.ToString())),
            new("binarystar.state.to", SnakeCase(transition.To.ToString())),
        ]);
    }

    private static KeyValuePair<string, object?> CauseOf(Transition transition) => new("binarystar.cause", SnakeCase(transition.Reason.ToString()));

    private static IEnumerable<Measurement<T>> Observe<T>(Func<NodeMetrics, NodeReading, IEnumerable<Measurement<T>>> measure)
        where T : struct => nodes.SelectMany(node => measure(node, node.read!()));

    private static IEnumerable<Measurement<long>> StateOf(NodeMetrics node, NodeReading reading) =>
        AllStates.Select(state => node.Measure(reading.State == state ? 1L : 0L, "binarystar.state", SnakeCase(state.ToString())));

    private static IEnumerable<Measurement<long>> Votes(NodeMetrics node, NodeReading reading) =>
    [
        node.Measure(reading.Counters.VotesAccepted, "binarystar.vote.accepted", true),
        node.Measure(reading.Counters.VotesRejected, "binarystar.vote.accepted", false),
    ];

    private static IEnumerable<Measurement<long>> Failed(NodeMetrics node, NodeReading reading) =>
    [
        node.Measure(reading.Counters.Faults.HandlerExceptions, "binarystar.reason", "exception"),
        node.Measure(reading.Counters.Faults.UnfinishedReplies, "binarystar.reason", "unfinished_reply"),
    ];

    private static IEnumerable<Measurement<long>> Messages(NodeMetrics node, NodeReading reading) =>
    [
        node.Measure(reading.Counters.StatesPublished, "network.io.direction", "transmit"),
        node.Measure(reading.Counters.StatesReceived, "network.io.direction", "receive"),
    ];

    private static IEnumerable<Measurement<long>> Ignored(NodeMetrics node, NodeReading reading) =>
    [
        node.Measure(reading.Counters.GarbageReceived, "binarystar.reason", "garbage"),
        node.Measure(reading.Counters.OwnRoleReceived, "binarystar.reason", "own_role"),
    ];

    private static IEnumerable<Measurement<long>> Reachable(NodeMetrics node, NodeReading reading) =>
        ArbiterOf(reading) is { } arbiter ? node.Measure(arbiter.Reachable ? 1L : 0L) : [];

    private static IEnumerable<Measurement<long>> MandateOf(NodeMetrics node, NodeReading reading) => ArbiterOf(reading) is not { } arbiter
        ? []
        : AllMandates.Select(mandate => node.Measure(arbiter.ServesBy == mandate ? 1L : 0L, "binarystar.mandate", SnakeCase(mandate.ToString())));

    private static IEnumerable<Measurement<double>> Remaining(NodeMetrics node, NodeReading reading) =>
        ArbiterOf(reading) is { } arbiter ? node.Measure(arbiter.Remaining.TotalSeconds) : [];

    private static IEnumerable<Measurement<long>> TokenOf(NodeMetrics node, NodeReading reading) =>
        ArbiterOf(reading) is { } arbiter ? node.Measure(arbiter.Token) : [];

    private static BinaryStarArbiterStatus? ArbiterOf(NodeReading reading) =>
        reading.Mandate is { } mandate ? BinaryStarArbiterStatus.Of(mandate, reading.Memory, reading.Now) : null;

    private static IEnumerable<Measurement<double>> Silence(NodeMetrics node, NodeReading reading) =>
        reading.Memory.LastReceived is { } received ? node.Measure((reading.Now - received).TotalSeconds) : [];

    private static IEnumerable<Measurement<double>> PathSilence(NodeMetrics node, NodeReading reading) =>
        node.remotes.Zip(reading.PathsReceived)
            .Where(path => path.Second is not null)
            .Select(path => node.Measure((reading.Now - path.Second!.Value).TotalSeconds, "binarystar.path", path.First));

    private Measurement<T>[] Measure<T>(T value)
        where T : struct => [new(value, name, role)];

    private Measurement<T> Measure<T>(T value, string tag, object tagValue)
        where T : struct => new(value, name, role, new(tag, tagValue));

    // PeerSilent → peer_silent, the form of OpenTelemetry's values.
    private static string SnakeCase(string name) =>
        string.Concat(name.Select((letter, i) => char.IsUpper(letter) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(letter) : letter.ToString()));
}
