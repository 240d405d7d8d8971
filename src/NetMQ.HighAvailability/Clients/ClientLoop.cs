using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Diagnostics;

namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// Runs a client: on replies, connection changes, commands and its timer it lets the <see cref="ClientCore"/> decide, and
/// applies the decisions. On the poller's thread, except where stated.
/// </summary>
internal sealed class ClientLoop : IDisposable
{
    // Limits of what one turn takes from each source, so that none can starve the others.
    private const int MaxReplies = 256;
    private const int MaxCommands = 1024;
    private const int MaxRounds = 4;
    private const int MaxRoundsInVain = 64;

    private readonly BinaryStarClientOptions options;
    private readonly ILogger logger;
    private readonly LogThrottle throttle = new();
    private readonly ClientTiming timing;
    private readonly ClientCore core;
    private readonly SemaphoreSlim slots;
    private readonly ClientStatus status;
    private readonly ClientMetrics metrics;
    private readonly Action<ServerChange> onServerChanged;
    private readonly Clock clock;
    private readonly RequestNonces nonces = new();
    private readonly CommandQueue commands = new();
    private readonly ServerLink[] links;
    private readonly ReplyReader[] readers;
    private readonly NetMQPoller poller = [];
    private readonly NetMQTimer tick;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PendingRequest> answered = [];
    private volatile Exception? end; // what requests fail with once the loop has ended
    private volatile bool stopping;
    private bool hasMore; // something is left for another round of this turn
    private int awaitedSinceTick; // replies
    private int roundsInVain;
    private bool tookAwaited; // in this round

    public ClientLoop(BinaryStarClientOptions options, SemaphoreSlim slots, ClientStatus status, ClientMetrics metrics, Action<ServerChange> onServerChanged, ILogger logger)
    {
        this.options = options;
        this.slots = slots;
        this.status = status;
        this.metrics = metrics;
        this.onServerChanged = onServerChanged;
        this.logger = logger;
        timing = options.ToTiming();
        clock = new Clock(options.TimeProvider);
        var servers = options.ParseServers();
        core = new ClientCore(servers.Length, timing);
        var limits = ClientLimits.From(options);
        var newMechanism = options.ToMechanism();
        links = new ServerLink[servers.Length];
        readers = new ReplyReader[servers.Length];
        try
        {
            for (var i = 0; i < servers.Length; i++)
            {
                var resolver = new HostResolver(servers[i], options.LookUp, command => commands.Post(new ClientCommand(null, false, command)));
                links[i] = new ServerLink(servers[i], resolver, newMechanism, limits.Wire, timing.Silence, clock, logger);
                readers[i] = new ReplyReader(links[i], limits.MaxReplyBytes);
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        tick = new NetMQTimer(timing.Tick);
        tick.Elapsed += (_, _) => Turn();
    }

    /// <summary>Time since the client was constructed. Any thread.</summary>
    public TimeSpan Now => clock.Now;

    /// <summary>Completes when the loop and all requests have ended. Any thread.</summary>
    public Task Ended => ended.Task;

    public string Name(int server) => links[server].Server.ToString();

    /// <summary>Starts the thread; once. Any thread.</summary>
    public void Start() => new Thread(Loop) { IsBackground = true, Name = "BinaryStar client" }.UnsafeStart(); // not in the context of whoever happened to make the client

    /// <summary>Any thread.</summary>
    public void Submit(PendingRequest request)
    {
        if (!commands.Post(new ClientCommand(request, false, null))) FailPosted();
    }

    /// <summary>Forgets a request that its caller has cancelled. Any thread.</summary>
    public void Withdraw(PendingRequest request)
    {
        metrics.Failed("cancelled");
        commands.Post(new ClientCommand(request, true, null));
    }

    /// <summary>So many requests have ended. Any thread.</summary>
    public void ReleaseSlots(int count) => slots.Release(count);

    /// <summary>Ends the loop, which fails all outstanding requests. Any thread.</summary>
    public void Stop()
    {
        stopping = true;
        commands.Post(default);
    }

    /// <summary>Closes all sockets, after the loop has ended or if it is never started.</summary>
    public void Dispose()
    {
        foreach (var link in links) link?.Dispose();
        commands.Dispose();
        poller.Dispose();
    }

    private void Loop()
    {
        try
        {
            core.Start(Now);
            commands.Attach(poller, Turn);
            for (var i = 0; i < links.Length; i++)
            {
                var server = i;
                links[i].Attach(poller, Turn, commands.WakeUp, isUp => OnConnection(server, isUp));
            }

            poller.Add(tick);
            poller.Run();
            end = new ObjectDisposedException(nameof(BinaryStarClient));
        }
        catch (Exception e)
        {
            Log.ClientFailed(logger, e);
            end = new InvalidOperationException($"The client has ended with a fault ({e.Message}); dispose it and make a new one.", e);
        }

        FailAll();
        ended.SetResult();
    }

    // The same turn for every wake-up. Replies come first: a request whose reply has arrived must not time out.
    private void Turn()
    {
        if (stopping)
        {
            if (poller.IsRunning) poller.Stop();
            return;
        }

        // Callers that have just been answered often send the next request at once: another round is cheaper than a wake-up.
        var rounds = 0;
        do
        {
            var now = Now;
            hasMore = false;
            for (var i = 0; i < readers.Length; i++) TakeReplies(i, now);
            foreach (var link in links) link.OnTurn();
            TakeCommands(now);
            if (MayTick()) core.Tick(now);
            ApplyDecisions(now);
        }
        while ((commands.EndTaking() || hasMore) && ++rounds < MaxRounds);

        if (rounds == MaxRounds || stopping) commands.WakeUp(); // what stops it may have been taken in this turn
    }

    // A request whose reply lies unread does not time out. So it is not asked who has timed out as long as replies are taken that are awaited, of which there is an
    // end; other messages put it off for some rounds only.
    private bool MayTick()
    {
        roundsInVain = tookAwaited ? 0 : roundsInVain + 1;
        tookAwaited = false;
        if (hasMore && awaitedSinceTick < options.MaxOutstanding && roundsInVain < MaxRoundsInVain) return false;
        (awaitedSinceTick, roundsInVain) = (0, 0);
        return true;
    }

    // What the server sent before has been taken. The decisions that follow are applied in this round or the next.
    private void OnConnection(int server, bool isUp)
    {
        if (stopping) return;
        if (isUp) core.ConnectionUp(server, Now);
        else core.ConnectionDown(server, Now);
        Log.ServerConnection(logger, links[server].Server, isUp);
        hasMore = true;
    }

    private void TakeReplies(int server, TimeSpan now)
    {
        var taken = 0;
        while (taken < MaxReplies && TakeNext(server, now)) taken++;
        PublishAnswers();
        if (taken == MaxReplies || links[server].HasMore) hasMore = true;
    }

    private bool TakeNext(int server, TimeSpan now)
    {
        switch (readers[server].TryTake(out var head))
        {
            case Take.Nothing:
                return false;
            case Take.Reply:
                TakeReply(server, head, now);
                return true;
            case Take.Notice:
                if (!TakeNotice(server, head, now)) OnGarbage(server, now);
                return true;
            default:
                OnGarbage(server, now);
                return true;
        }
    }

    // All slots are released first, so that no caller waits for a slot that is already free.
    private void PublishAnswers()
    {
        if (answered.Count == 0) return;
        if (core.Answering != status.Read().Answering) status.Publish(core); // a caller that continues can see who answered
        slots.Release(answered.Count);
        foreach (var request in answered) request.Publish();
        answered.Clear();
    }

    /// <returns>False if no request with this key was sent to that server.</returns>
    private bool TakeNotice(int server, ReplyHead head, TimeSpan now) => head.Notice switch
    {
        RequestNotice.Received => core.Received(server, head.Key, now),
        RequestNotice.Failed => core.Failed(server, head.Key, now),
        _ => core.Rejected(server, head.Key, now),
    };

    private void TakeReply(int server, ReplyHead head, TimeSpan now)
    {
        var kind = core.Answer(server, head.Key, head.AskedForReceipt, now, out var request);
        if (kind == ReplyKind.Awaited) (tookAwaited, awaitedSinceTick) = (true, awaitedSinceTick + 1);
        if (kind == ReplyKind.Awaited && Complete(request!.Request, server, now)) return;
        if (kind == ReplyKind.Unknown) OnGarbage(server, now);
        else status.Counters.LateReplies++;
    }

    /// <returns>False if its caller has just cancelled it; the withdrawal is already in the queue.</returns>
    private bool Complete(PendingRequest request, int server, TimeSpan now)
    {
        if (readers[server].Read() is { } reply)
        {
            if (!request.TryAnswer(reply)) return false;
            status.Counters.Answered++;
            metrics.Answered(now - (request.Tracker.Deadline - timing.Request));
            answered.Add(request);
            return true;
        }

        status.Counters.OversizedReplies++;
        if (throttle.Allows(LogEvent.OversizedReply, now, out var suppressed)) Log.OversizedReply(logger, Name(server), options.MaxReplyBytes, suppressed);
        if (request.TryFail())
        {
            metrics.Failed("reply_too_large");
            request.PublishFailure(new InvalidReplyException(
                $"The reply is larger than {nameof(BinaryStarClientOptions.MaxReplyBytes)}, {options.MaxReplyBytes} bytes: raise it, or have the server send less. The request has been executed."));
        }

        return true;
    }

    private void OnGarbage(int server, TimeSpan now)
    {
        status.Counters.GarbageReplies++;
        if (throttle.Allows(LogEvent.GarbageReply, now, out var suppressed)) Log.GarbageReply(logger, Name(server), suppressed);
    }

    private void TakeCommands(TimeSpan now)
    {
        for (var i = 0; i < MaxCommands && commands.TryTake(out var command); i++)
        {
            if (command.Run is not null) command.Run();
            else if (command.Request is not { } request) continue;
            else if (command.IsWithdrawal) core.Withdraw(request.Tracker, now);
            else if (!request.IsOver)
            {
                request.Tracker.Key = new RequestKey(0, nonces.Next());
                core.Submit(request.Tracker, now);
            }
        }
    }

    // The one place that sends and fails requests and reports server changes.
    private void ApplyDecisions(TimeSpan now)
    {
        while (core.TryNextToSend(now, out var request) && links[core.Current].TrySend(request.Request, core.AsksForReceipt)) core.Sent(request, now);
        while (core.TryTakeFailure(out var failure)) Fail(failure, now);
        while (core.TryTakeAbandoned(out var left))
        {
            if (throttle.Allows(LogEvent.ServerLeft, now, out var suppressed)) Log.ServerLeft(logger, Name(left.From), left.Cause, Name(left.To), suppressed);
        }

        var changed = false;
        while (core.TryTakeChange(out var change))
        {
            changed = true;
            status.Counters.ServerChanges++;
            status.Publish(core);
            Log.ServerFound(logger, Name(change.To), change.Took, change.Cause);
            metrics.ServerChanged(change.Took);
            onServerChanged(change);
        }

        if (core.TryTakeRedial(out var server)) links[server].Dial();
        foreach (var link in links) link.Flush();
        SetTimer(now);
        if (!changed) status.Publish(core);
    }

    private void Fail(FailedRequest failed, TimeSpan now)
    {
        var request = failed.Request;
        if (!request.Request.TryFail()) return; // its caller has just cancelled it
        Exception reported;
        long suppressed;
        switch (failed.Failure)
        {
            case RequestFailure.TimedOut:
                status.Counters.TimedOut++;
                metrics.Failed("timed_out");
                if (throttle.Allows(LogEvent.RequestTimedOut, now, out suppressed)) Log.RequestTimedOut(logger, timing.Request, suppressed);
                reported = RequestTimeoutException.NoAnswer(timing.Request, request.MayHaveBeenExecuted);
                break;
            case RequestFailure.FailedAtServer:
                status.Counters.FailedAtServer++;
                metrics.Failed("failed");
                if (throttle.Allows(LogEvent.RequestFailedAtServer, now, out suppressed)) Log.RequestFailedAtServer(logger, Name(failed.Server), suppressed);
                reported = new RequestFailedException(Name(failed.Server));
                break;
            default:
                status.Counters.OutcomeUnknown++;
                metrics.Failed("outcome_unknown");
                if (throttle.Allows(LogEvent.OutcomeUnknown, now, out suppressed)) Log.OutcomeUnknown(logger, suppressed);
                reported = new RequestOutcomeUnknownException();
                break;
        }

        status.Publish(core);
        request.Request.PublishFailure(reported);
    }

    private void SetTimer(TimeSpan now)
    {
        var timeout = core.NextTimeout(now);
        foreach (var link in links)
        {
            if (link.Due is { } due) timeout = TimeSpanMath.Min(timeout, due - now);
        }

        var interval = timeout.ToTimerInterval();
        if (tick.Interval != interval) tick.Interval = interval; // which also restarts it
    }

    // After the end; also for a caller that submits during it.
    private void FailPosted()
    {
        while (commands.TryTake(out var command))
        {
            if (command is { Request: { } request, IsWithdrawal: false }) FailByEnd(request);
        }
    }

    private void FailAll()
    {
        PublishAnswers(); // answers that a fault has interrupted
        commands.Close();
        FailPosted();
        while (core.WithdrawNext() is { } request) FailByEnd(request.Request);
        status.Publish(core);
    }

    private void FailByEnd(PendingRequest request)
    {
        if (!request.TryFail()) return;
        metrics.Failed("ended");
        request.PublishFailure(end!);
    }
}
