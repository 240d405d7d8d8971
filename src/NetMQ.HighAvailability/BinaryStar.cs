using System.ComponentModel;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Nodes;
using NetMQ.HighAvailability.Nodes.Voting;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability;

/// <summary>
/// One node of a high-availability pair: a reactor that serves requests while it is active, and takes over from its
/// peer when the peer has died.
/// </summary>
/// <remarks>
/// <para>
/// Set up with <see cref="RegisterVoter(string, ZmqSocketType, Action{VoterSocket})"/> and the events, then <see cref="Run"/> or <see cref="Start"/>, once. The
/// voter's handler and all events are called on the poller's thread, one at a time; they must return well within a
/// quarter of <see cref="BinaryStarOptions.HeartbeatInterval"/>. An exception that leaves the handler costs its request, unless
/// <see cref="BinaryStarOptions.HandlerFaults"/> says otherwise; one that leaves an event's callback ends the node. That goes for
/// <c>async void</c> callbacks too: they continue on the poller's thread, and what they throw there counts as thrown by the callback.
/// </para>
/// <para>Source: the class <c>bstar</c> of the ZeroMQ guide, chapter 4, "Binary Star Reactor".</para>
/// </remarks>
public sealed partial class BinaryStar : IDisposable, IAsyncDisposable
{
    /// <summary>The name of the one <see cref="System.Diagnostics.Metrics.Meter"/> under which all nodes of a process measure.</summary>
    public const string MeterName = "NetMQ.HighAvailability";

    // An async lambda would otherwise be taken for an Action, and run as async void: nobody would wait for it.
    private const string AsyncHandler =
        "A handler of a VoterSocket cannot be asynchronous or return a task, because the request and its client would be forgotten at the first await. Use the "
        + "overload whose handler takes a VoterRequest and a CancellationToken and returns the reply: docs/operating.md#asynchronous-handlers.";

    private readonly BinaryStarOptions options;
    private readonly ILogger logger;
    private readonly NodeLoop loop;
    private readonly bool ownsPoller;
    private readonly Lock gate = new();

    /// <summary>
    /// Binds the state endpoints. The node connects to its peer, and publishes its state, only from <see cref="Run"/> or
    /// <see cref="Start"/> on.
    /// </summary>
    /// <param name="options">Read once, here.</param>
    /// <param name="logger">Where the node logs, on a thread of the library's own; nowhere if <see langword="null"/>.</param>
    /// <param name="poller">
    /// A poller of the application's, which several nodes may share: the application runs it, <see cref="Start"/>s the
    /// nodes, and disposes them before it. If <see langword="null"/>, the node has one of its own.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">An option is missing, malformed or out of range; the message names it.</exception>
    /// <exception cref="EndpointException">A local endpoint is in use or not of this machine; nothing stays bound.</exception>
    /// <exception cref="SocketLimitException">NetMQ's limit of sockets per process, or the system's of open files, is reached; nothing stays bound.</exception>
    /// <remarks>Source: <c>bstar_new</c>.</remarks>
    public BinaryStar(BinaryStarOptions options, ILogger<BinaryStar>? logger = null, NetMQPoller? poller = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.options = options = options.Copy();
        this.logger = BackgroundLogger.Before(logger);
        ownsPoller = poller is null;

        var timing = options.ToTiming();
        var engine = new PairEngine(options.Role, timing, options.DualActivePolicy, options.ToMandate());
        Poller = poller ?? SocketLimit.Guard(() => new NetMQPoller());
        try
        {
            loop = SocketLimit.Guard(() => new NodeLoop(
                Poller, engine, timing, options.ParseLocals(), options.ParseRemotes(), options.LookUp, options.ToLinkKeys(this.logger), options.Arbiter, options.Name,
                options.DetectCrash, options.HandlerFaults, options.ToClock(), this.logger, new NodeMetrics(options.Name ?? "default", options.Role), Raise, RaiseRequestFailed, OnEnded));
        }
        catch
        {
            if (ownsPoller) Poller.Dispose();
            throw;
        }

        if (options.HeartbeatInterval < TimeSpan.FromMilliseconds(100)) Log.ShortHeartbeat(this.logger, options.HeartbeatInterval);
    }

    /// <summary>
    /// The poller that the node runs on, for the application's own sockets and timers, before the start and while it
    /// runs. The node runs, stops and disposes it, unless the application gave it.
    /// </summary>
    /// <remarks>Source: <c>bstar_zloop</c>.</remarks>
    public NetMQPoller Poller { get; }

    /// <summary>The state at this moment; <see cref="BinaryStarState.Active"/> from just before its events are raised. Any thread.</summary>
    public BinaryStarState State => loop.Status.State;

    /// <summary>The node at the end of its last turn, at most an eighth of a heartbeat ago: values that belong together. Any thread.</summary>
    public BinaryStarStatus Status
    {
        get
        {
            var reading = loop.Read();
            var (state, term, _, counters, memory, mandate, pathsReceived, now) = reading;
            return new BinaryStarStatus
            {
                Role = options.Role,
                State = state,
                Term = term,
                PeerState = (BinaryStarState?)memory.LastMessage,
                PeerLastReceived = now - memory.LastReceived,
                Arbiter = mandate is { } known ? BinaryStarArbiterStatus.Of(known, memory, now) : null,
                PeerAlive = reading.IsPeerAlive(options.FailoverTimeout),
                Paths = [.. loop.Remotes.Zip(pathsReceived, (remote, received) => new BinaryStarPath
                {
                    RemoteEndpoint = remote,
                    LastReceived = now - received,
                    Alive = reading.IsAlive(received, options.FailoverTimeout),
                })],
                VotesAccepted = counters.VotesAccepted,
                VotesRejected = counters.VotesRejected,
                RequestsFailed = counters.Faults.HandlerExceptions + counters.Faults.UnfinishedReplies,
                RepliesUndeliverable = counters.Faults.UndeliverableReplies,
                RequestsInFlight = counters.Requests.InFlight,
                RequestsOutOfTerm = counters.Requests.Late + counters.Requests.Cancelled,
                RequestsRepeated = counters.Requests.Repeated,
                RequestsStalledFor = now - counters.Requests.StalledSince,
                IsDraining = counters.Requests.IsDraining,
                StatesPublished = counters.StatesPublished,
                StatesReceived = counters.StatesReceived,
                GarbageReceived = counters.GarbageReceived,
                OwnRoleReceived = counters.OwnRoleReceived,
                Interruptions = counters.Interruptions,
                TurnAge = lifecycle == Lifecycle.Created ? TimeSpan.Zero : now - memory.Turn,
            };
        }
    }

    /// <summary>The present term, for work that only the active node may do; <see langword="null"/> when this node is not active. Any thread.</summary>
    public BinaryStarTerm? Term => loop.Status.Term;

    /// <summary>
    /// Binds the voter socket: the one socket that clients send their requests to. Each request is a vote; one that
    /// this node may serve is given to <paramref name="handler"/>, any other is received and dropped.
    /// </summary>
    /// <param name="endpoint">Where to bind, as NetMQ takes it: <c>tcp://*:5001</c> for example.</param>
    /// <param name="type">
    /// <see cref="ZmqSocketType.Router"/>, <see cref="ZmqSocketType.Dealer"/>, <see cref="ZmqSocketType.Pull"/> or
    /// <see cref="ZmqSocketType.Sub"/> (subscribed to everything).
    /// </param>
    /// <param name="handler">Reads one request and, if there is a reply, sends it. Poller thread.</param>
    /// <returns>The endpoint as bound, with the port that the system chose if it was 0.</returns>
    /// <exception cref="ArgumentException">The type cannot be a voter; the message says why.</exception>
    /// <exception cref="InvalidOperationException">There is a voter already, or the node has started.</exception>
    /// <exception cref="EndpointException">The endpoint is in use, malformed, or not of this machine.</exception>
    /// <exception cref="SocketLimitException">NetMQ's limit of sockets per process, or the system's of open files, is reached.</exception>
    /// <exception cref="ObjectDisposedException">The node is disposed.</exception>
    /// <remarks>Source: <c>bstar_voter</c>.</remarks>
    public string RegisterVoter(string endpoint, ZmqSocketType type, Action<VoterSocket> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Register(endpoint, type, voter =>
        {
            var socket = new VoterSocket(voter);
            voter.Handler = () => handler(socket);
        });
    }

    /// <summary>
    /// Binds the voter socket, a ROUTER, and has requests handled asynchronously, many at a time: each one that this node may serve is given to
    /// <paramref name="handler"/>, on the thread pool. What the handler returns is sent to the client, if this node is still in the same term.
    /// </summary>
    /// <param name="endpoint">Where to bind, as NetMQ takes it: <c>tcp://*:5001</c> for example.</param>
    /// <param name="handler">
    /// Answers one request. Its token is cancelled when this node stops being active, and with <see cref="VoterOptions.HandlerTimeout"/>. A
    /// hand-over and a stop wait for it first, up to <see cref="VoterOptions.DrainTimeout"/>. An exception costs the request, or the node, as
    /// <see cref="BinaryStarOptions.HandlerFaults"/> says.
    /// </param>
    /// <param name="options">How many at a time, and more; read once, here.</param>
    /// <returns>The endpoint as bound, with the port that the system chose if it was 0.</returns>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    /// <exception cref="InvalidOperationException">There is a voter already, or the node has started.</exception>
    /// <exception cref="EndpointException">The endpoint is in use, malformed, or not of this machine.</exception>
    /// <exception cref="SocketLimitException">NetMQ's limit of sockets per process, or the system's of open files, is reached.</exception>
    /// <exception cref="ObjectDisposedException">The node is disposed.</exception>
    public string RegisterVoter(string endpoint, Func<VoterRequest, CancellationToken, ValueTask<VoterReply>> handler, VoterOptions options)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        options = options.Copy();
        return Register(endpoint, ZmqSocketType.Router, _ => loop.Serve(options, handler, this.options.TimeProvider));
    }

    /// <inheritdoc cref="RegisterVoter(string, Func{VoterRequest, CancellationToken, ValueTask{VoterReply}}, VoterOptions)"/>
    public string RegisterVoter(string endpoint, Func<VoterRequest, CancellationToken, ValueTask<VoterReply>> handler) =>
        RegisterVoter(endpoint, handler, new VoterOptions());

    private string Register(string endpoint, ZmqSocketType type, Action<Voter> setHandler)
    {
        ArgumentException.ThrowIfNullOrEmpty(endpoint);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(lifecycle == Lifecycle.Disposed, this);
            if (lifecycle == Lifecycle.Started) throw new InvalidOperationException("The voter must be registered before the node starts.");
            if (loop.HasVoter) throw new InvalidOperationException($"There is a voter already; a node has exactly one. '{endpoint}' was not bound.");

            Voter.Check(type);
            var voter = type == ZmqSocketType.Router && !options.UseNetMQRouter
                ? SocketLimit.Guard(() => loop.Listen(ParseVoter(endpoint), options.ToVoterSettings(logger)))
                : SocketLimit.Guard(() => new SocketVoter(endpoint, type, options.VoterHighWatermark, options.VoterMaxRequestBytes, options.VoterCertificate));
            loop.Use(voter);
            setHandler(voter);
            Log.VoterBound(logger, voter.Endpoint, type);
            return voter.Endpoint;
        }
    }

    /// <summary>Not supported: a handler that awaits is one of <see cref="RegisterVoter(string, Func{VoterRequest, CancellationToken, ValueTask{VoterReply}}, VoterOptions)"/>.</summary>
    /// <typeparam name="TTask">What an asynchronous handler returns. To be inferred, so that a handler that only throws still fits the other overload.</typeparam>
    /// <param name="endpoint">Where to bind.</param>
    /// <param name="type">The voter's type.</param>
    /// <param name="handler">An asynchronous handler.</param>
    /// <returns>Nothing.</returns>
    /// <exception cref="NotSupportedException">Always.</exception>
    [Obsolete(AsyncHandler, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public string RegisterVoter<TTask>(string endpoint, ZmqSocketType type, Func<VoterSocket, TTask> handler)
        where TTask : Task => throw new NotSupportedException(AsyncHandler);

    /// <summary>
    /// Waits until this node is active; at once if it is. <see cref="BinaryStarTerm.Token"/> is cancelled when that is over.
    /// Any thread; continues on the thread pool.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">The waiting was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The node has ended.</exception>
    public Task<BinaryStarTerm> WaitUntilActiveAsync(CancellationToken cancellationToken = default) => loop.Status.NextTermAsync(cancellationToken);

    /// <summary>
    /// Hands the pair over while both nodes run: this node, active, gives it up in favour of its peer, if a message of the
    /// last two heartbeats shows that the peer is passive, and becomes passive. At no time do both accept requests;
    /// between the two there are a few milliseconds, or, if the peer dies at that very moment, the failover timeout.
    /// Any thread; continues on the thread pool.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting alone: a hand-over that has been ordered may still be carried out.</param>
    /// <returns>
    /// The outcome, once the events have been raised: after at most <see cref="BinaryStarOptions.FailoverTimeout"/> and two and a half heartbeats. Before that come,
    /// with an arbiter, its answer (a heartbeat, at least 250 ms) and, with an asynchronous handler, up to <see cref="VoterOptions.DrainTimeout"/>.
    /// </returns>
    /// <exception cref="OperationCanceledException">The waiting was cancelled; if the token was cancelled at the call, nothing was ordered.</exception>
    public Task<HandOverOutcome> HandOverAsync(CancellationToken cancellationToken = default) =>
        Order<HandOverOutcome>(loop.HandOver, HandOverOutcome.NotActive, HandOverOutcome.NodeStopped, cancellationToken);

    /// <summary>
    /// Makes a backup active that was started alone and never met its primary; without an arbiter it would wait indefinitely. An
    /// operator's decision: if the primary is active and this node merely does not receive its messages, both serve.
    /// Any thread; continues on the thread pool.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting alone: a promotion that has been ordered may still be carried out.</param>
    /// <returns>
    /// The outcome, once the events have been raised: within a heartbeat; beside one of the guide's nodes within a heartbeat of each; with an arbiter within a heartbeat
    /// and <see cref="BinaryStarOptions.FailoverTimeout"/>.
    /// </returns>
    /// <exception cref="OperationCanceledException">The waiting was cancelled; if the token was cancelled at the call, nothing was ordered.</exception>
    public Task<PromotionOutcome> PromoteAsync(CancellationToken cancellationToken = default) =>
        Order<PromotionOutcome>(loop.Promote, PromotionOutcome.NotStarted, PromotionOutcome.NodeStopped, cancellationToken);

    private static TcpEndpoint ParseVoter(string endpoint) => TcpEndpoint.TryParse(endpoint, wildcard: true, anyPort: true)
        ?? throw new EndpointException(endpoint, $"The voter endpoint '{endpoint}' is malformed: it must be like tcp://*:5001.");

    private Task<T> Order<T>(Action<Action<T>> command, T early, T late, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<T>(cancellationToken);
        if (lifecycle == Lifecycle.Created) return Task.FromResult(early);
        var outcome = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!loop.Post(() => command(result => outcome.TrySetResult(result)))) return Task.FromResult(late);
        return OutcomeAsync(outcome.Task, late, cancellationToken);
    }

    // Nothing of an order stays behind with the node once it is over.
    private async Task<T> OutcomeAsync<T>(Task<T> outcome, T late, CancellationToken cancellationToken)
    {
        await Task.WhenAny(outcome, Completion).WaitAsync(cancellationToken).ConfigureAwait(false);
        return outcome.IsCompleted ? await outcome.ConfigureAwait(false) : late;
    }
}
