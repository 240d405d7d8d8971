using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Connections;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Nodes.Voting;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes.Requests;

/// <summary>
/// Gives requests to an asynchronous handler and sends its replies, as the <see cref="RequestGate{T}"/> decides. On the poller's thread, except
/// <see cref="Finished"/>.
/// </summary>
internal sealed class RequestServer
{
    // The most replies that one turn sends, so that the peer's messages do not wait.
    private const int MaxReplies = 1024;

    // In the form of OpenTelemetry's values.
    private static readonly string[] OutcomeNames = [.. Enum.GetNames<Outcome>().Select(name => name.ToLowerInvariant())];

    private readonly VoterOptions options;
    private readonly Voter voter;
    private readonly RequestReader reader;
    private readonly RequestGate<RequestCall> gate;
    private readonly RememberedReplies<RequestCall, VoterReply>? remembered;
    private readonly RequestPump pump;
    private readonly ConcurrentQueue<RequestCall> finished = new();
    private readonly Queue<RequestCall> due = new(); // with places, to be started on the poller's thread in the next turn
    private readonly LoopSignal signal;
    private readonly PairEngine engine;
    private readonly RequestFaults faults;
    private readonly Clock clock;
    private readonly TimeSpan failover;
    private readonly TimeSpan longestWork;
    private readonly NodeMetrics? metrics;
    private readonly LogThrottle throttle;
    private readonly ILogger logger;
    private BinaryStarTerm? term;
    private long bytes; // of the requests in progress
    private RequestCounts counts;
    private TimeSpan? heldSince;
    private bool isStallLogged;

    public RequestServer(
        VoterOptions options, Func<VoterRequest, CancellationToken, ValueTask<VoterReply>> handler, Voter voter, PairEngine engine, RequestFaults faults, LoopSignal signal,
        TimeProvider time, Clock clock, TimeSpan failover, TimeSpan longestWork, NodeMetrics? metrics, LogThrottle throttle, ILogger logger)
    {
        this.options = options;
        Handler = handler;
        this.voter = voter;
        this.engine = engine;
        this.faults = faults;
        this.signal = signal;
        Time = time;
        this.clock = clock;
        this.failover = failover;
        this.longestWork = longestWork;
        this.metrics = metrics;
        this.throttle = throttle;
        this.logger = logger;
        reader = new RequestReader(voter);
        gate = new RequestGate<RequestCall>(options.MaxConcurrency, options.OrderPerClient);
        if (options.RememberedReplies > 0) remembered = new RememberedReplies<RequestCall, VoterReply>(options.RememberedReplies, options.RememberedBytes);
        pump = new RequestPump(call =>
        {
            if (call.Start()) Finished(call);
        });
        voter.Handler = Accept;
    }

    private enum Outcome
    {
        Ok,
        Failed,
        Cancelled, // its term is over, and so it ended without a reply
        Late,      // its term is over, and so its reply was dropped
        Repeated,  // it came again, and was answered without being executed again
    }

    public Func<VoterRequest, CancellationToken, ValueTask<VoterReply>> Handler { get; }

    public TimeSpan? HandlerTimeout => options.HandlerTimeout;

    public TimeProvider Time { get; }

    /// <summary>Whether an active node reads no further requests: all places are taken, those in progress are large, or it is about to give up active.</summary>
    public bool Holds => gate.Holds || (term is not null && bytes > options.MaxBytes);

    /// <inheritdoc cref="RequestGate{T}.IsDraining"/>
    public bool IsDraining => gate.IsDraining;

    /// <summary>What it has counted, and what is in progress now.</summary>
    public RequestCounts CountsAt(TimeSpan now) => counts with
    {
        InFlight = gate.InFlight,
        IsDraining = gate.IsDraining,
        StalledSince = gate.StalledSince,
        Held = counts.Held + (now - heldSince ?? TimeSpan.Zero),
    };

    public void Attach(Action onFinished) => signal.Raised += () =>
    {
        if (!finished.IsEmpty || due.Count > 0) onFinished();
    };

    /// <summary>The node's term is another one now, or none.</summary>
    public void TermChanged(BinaryStarTerm? next)
    {
        if (term is not null)
        {
            var now = clock.Now;
            foreach (var call in gate.EndTerm())
            {
                if (remembered is not null && call.Request.Id is { } id) remembered.Forget(id);
                Notify(call, RequestNotice.Rejected); // it has not been executed
                bytes -= call.Bytes;
                Count(call, Outcome.Cancelled, now);
            }

            if (gate.InFlight > 0) Log.RequestsCancelled(logger, gate.InFlight);
        }

        term = next;
        if (term is not null) gate.BeginTerm(term.Number);
    }

    /// <summary>Any thread: a call that was started has ended.</summary>
    public void Finished(RequestCall call)
    {
        finished.Enqueue(call);
        signal.Raise();
    }

    /// <summary>Sends the replies that are there, if they may be sent, and starts what waits for their places. Not in a timer's callback.</summary>
    /// <exception cref="Exception">A fault of the handler that must end the node.</exception>
    public void SendReplies()
    {
        var left = due.Count;
        for (var i = 0; i < left; i++) StartNext(due.Dequeue(), isFirst: i == 0); // one at least, however long the turn has lasted
        for (var i = 0; i < MaxReplies && finished.TryDequeue(out var call); i++) StartNext(Conclude(call));
        if (!finished.IsEmpty) signal.Raise();
    }

    /// <summary>Once a turn, at its end: whether the voter is held for want of places, or while this drains.</summary>
    public void EndTurn(TimeSpan now, bool isHeld)
    {
        if (!isHeld && heldSince is { } since) counts.Held += now - since;
        heldSince = isHeld ? heldSince ?? now : null;

        var isStalled = now - gate.StalledSince > failover;
        if (isStalled && !isStallLogged) Log.RequestsStalled(logger, gate.InFlight, failover);
        isStallLogged = isStalled;
    }

    /// <inheritdoc cref="RequestGate{T}.BeginDrain"/>
    public void BeginDrain(TimeSpan now)
    {
        if (!gate.IsDraining) gate.BeginDrain(now + options.DrainTimeout);
    }

    /// <inheritdoc cref="RequestGate{T}.IsDrained"/>
    public bool IsDrained(TimeSpan now) => gate.IsDrained(now);

    /// <inheritdoc cref="RequestGate{T}.EndDrain"/>
    public void EndDrain() => gate.EndDrain();

    // The voter's handler.
    private void Accept()
    {
        var request = reader.Read(term!);
        var now = clock.Now;
        if (remembered is not null && request.Id is { } id && remembered.TryFind(id, out var inProgress, out var reply))
        {
            // If the one in progress is of an earlier term, and is cancelled with it, this one is executed at its end.
            if (inProgress is not null) AnswerInstead(inProgress, request);
            else Send(request, reply);
            Count(Outcome.Repeated, TimeSpan.Zero);
            return;
        }

        if (Accept(request, now) is { } call) Start(call);
    }

    private void AnswerInstead(RequestCall call, VoterRequest copy)
    {
        bytes -= call.Bytes;
        call.ReplyTo = copy;
        bytes += call.Bytes;
    }

    /// <returns>The call, if it is to be started now.</returns>
    private RequestCall? Accept(VoterRequest request, TimeSpan now)
    {
        var call = new RequestCall(this, request, options.OrderPerClient ? KeyOf(request.Client.Span) : 0, now);
        if (remembered is not null && request.Id is { } id) remembered.Begin(id, call);
        bytes += request.Bytes;
        return gate.Accept(call, call.Client, now) ? call : null;
    }

    private void Start(RequestCall call)
    {
        if (!options.StartOnPollerThread) pump.Start(call);
        else if (StartHere(call)) StartNext(Conclude(call)); // what one of them frees by ending at once, the next one takes
    }

    // It has waited for its place. On the poller's thread it waits for the next turn too if this one has lasted long, so that the peer is received and the lease is
    // kept; and if the lease is over, so that the turn can notice.
    private void StartNext(RequestCall? call, bool isFirst = false)
    {
        for (; call is not null; isFirst = false)
        {
            if (!options.StartOnPollerThread)
            {
                pump.Start(call);
                return;
            }

            var now = clock.Now;
            if ((now - engine.Memory.Turn > longestWork && !isFirst) || !(engine.Serves(now) || call.IsCancelled))
            {
                due.Enqueue(call);
                signal.Raise();
                return;
            }

            call = StartHere(call) ? Conclude(call) : null;
        }
    }

    private static bool StartHere(RequestCall call)
    {
        // NetMQ's, or that of event callbacks, would bring each continuation back to this thread.
        var (synchronization, execution) = (SynchronizationContext.Current, ExecutionContext.Capture()!);
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return call.Start();
        }
        finally
        {
            ExecutionContext.Restore(execution);
            SynchronizationContext.SetSynchronizationContext(synchronization);
        }
    }

    // Its place is free from here on. What is returned takes it.
    private RequestCall? Conclude(RequestCall call)
    {
        var now = clock.Now;
        var next = gate.End(call.Client, now);
        bytes -= call.Bytes;
        Exception? fault = null;
        VoterReply reply = default;
        try
        {
            reply = call.TakeReply();
        }
#pragma warning disable CA1031 // It is looked at below.
        catch (Exception e)
#pragma warning restore CA1031
        {
            fault = call is { IsOverdue: true } && e is OperationCanceledException ? Overdue(e) : e;
        }

        if (remembered is not null && call.Request.Id is { } id)
        {
            if (fault is null) remembered.Answered(id, reply, reply.Bytes);
            else remembered.Forget(id);
        }

        // After a pause the lease may be over although the node has not noticed yet.
        var mayReply = gate.MayReply(call.ReplyTo.Term.Number) && engine.Serves(now);
        if (mayReply && fault is not null && call.ReplyTo.Term != call.Request.Term && call is { IsCancelled: true, IsOverdue: false })
        {
            Count(call, Outcome.Cancelled, now);
            StartNext(Accept(call.ReplyTo, now));
        }
        else if (!mayReply || (fault is not null && call is { IsCancelled: true, IsOverdue: false })) Drop(call, fault, now);
        else if (fault is null) Answer(call, reply, now);
        else Fail(call, fault, now);
        return next;
    }

    private TimeoutException Overdue(Exception e) => new($"The handler was cancelled, because it did not answer within {nameof(VoterOptions.HandlerTimeout)}, {options.HandlerTimeout}.", e);

    private void Answer(RequestCall call, VoterReply reply, TimeSpan now)
    {
        Send(call.ReplyTo, reply);
        Count(call, Outcome.Ok, now);
    }

    private void Fail(RequestCall call, Exception fault, TimeSpan now)
    {
        Notify(call, RequestNotice.Failed);
        Count(call, Outcome.Failed, now);
        faults.Failed(fault);
    }

    // No notice: it has been executed, and the successor may have answered meanwhile.
    private void Drop(RequestCall call, Exception? fault, TimeSpan now)
    {
        if (fault is not null)
        {
            if (call.WasTooLate) Notify(call, RequestNotice.Rejected); // this one has not
            Count(call, Outcome.Cancelled, now);
            return;
        }

        Count(call, Outcome.Late, now);
        if (throttle.Allows(LogEvent.LateReply, now, out var suppressed)) Log.LateReply(logger, suppressed);
    }

    private void Send(VoterRequest request, VoterReply reply)
    {
        faults.DiscardUnfinishedReply(mayRaise: true); // of a callback: this one would continue it
        var frames = reply.FrameCount;
        if (frames == 0) return;
        var position = 0;
        while (request.TryReadEnvelope(ref position, out var frame)) voter.TrySend(frame, more: true);
        for (var i = 0; i < frames; i++) voter.TrySend(reply.Frame(i).Span, more: i < frames - 1);
    }

    private void Notify(RequestCall call, RequestNotice notice)
    {
        var position = 0;
        call.ReplyTo.TryReadEnvelope(ref position, out var client);
        if (!call.ReplyTo.TryReadEnvelope(ref position, out var id) || !RequestId.IsIn(id)) return;
        faults.DiscardUnfinishedReply(mayRaise: true);
        Span<byte> frame = stackalloc byte[RequestId.Bytes];
        id.CopyTo(frame);
        RequestId.TurnInto(notice, frame);
        voter.TrySend(client, more: true);
        voter.TrySend(frame, more: false);
    }

    private void Count(RequestCall call, Outcome outcome, TimeSpan now) => Count(outcome, now - call.Accepted);

    private void Count(Outcome outcome, TimeSpan took)
    {
        switch (outcome)
        {
            case Outcome.Cancelled:
                counts.Cancelled++;
                break;
            case Outcome.Late:
                counts.Late++;
                break;
            case Outcome.Repeated:
                counts.Repeated++;
                break;
        }

        metrics?.Request(took, OutcomeNames[(int)outcome]);
    }

    // Two clients with equal keys take turns, which costs them time and nothing else.
    private static int KeyOf(ReadOnlySpan<byte> routingId)
    {
        var hash = default(HashCode);
        hash.AddBytes(routingId);
        return hash.ToHashCode();
    }
}

/// <summary>What a node with an asynchronous handler has counted, and what is in progress.</summary>
internal struct RequestCounts
{
    /// <summary>Replies that were dropped because their term was over.</summary>
    public long Late;

    /// <summary>Requests that ended without a reply because their term was over.</summary>
    public long Cancelled;

    /// <summary>Requests that came again and were not executed again.</summary>
    public long Repeated;

    /// <summary>For how long requests have waited in the socket for want of places.</summary>
    public TimeSpan Held;

    public int InFlight;
    public bool IsDraining;
    public TimeSpan? StalledSince;
}
