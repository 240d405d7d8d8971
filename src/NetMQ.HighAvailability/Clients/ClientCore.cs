using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// Decides which server to use, which request to send and when, and which requests fail. It takes events with their
/// time, and its caller takes its decisions: no clock, socket, thread or log.
/// <para>
/// The client <em>follows</em> the server that answers: every request is sent there at once. Otherwise it <em>seeks</em>:
/// it sends one request at a time to one server, at short intervals, until that server acknowledges or answers one; then
/// it sends the rest. Each of them is a vote. <see cref="Deliveries"/> decides which requests may be sent, and how often.
/// </para>
/// </summary>
internal sealed class ClientCore
{
    public const int MaxServers = 2;

    private readonly ClientTiming timing;
    private readonly ServerTable servers;
    private readonly Deliveries requests;
    private readonly Queue<ServerChange> changes = new();
    private readonly Queue<ServerAbandoned> abandoned = new();
    private long epochs;
    private TimeSpan mayLeaveAt, silentSince, outageSince, unansweredSince;
    private ProbeBackoff backoff;
    private ServerChangeReason cause = ServerChangeReason.First;
    private int? redial;

    public ClientCore(int serverCount, ClientTiming timing)
    {
        this.timing = timing;
        servers = new ServerTable(serverCount);
        requests = new Deliveries(servers, timing);
    }

    /// <summary>The server that requests are sent to.</summary>
    public int Current => servers.Current;

    /// <summary>The server that answered last; -1 before the first answer.</summary>
    public int Answering { get; private set; } = -1;

    public bool IsFollowing { get; private set; }

    /// <summary>Whether requests sent now ask for a receipt. A followed server has given one, or never gives any.</summary>
    public bool AsksForReceipt => !IsFollowing;

    public int Outstanding => requests.Count;

    public long Resends => requests.Resends;

    /// <summary>Starts with the first server.</summary>
    public void Start(TimeSpan now) => SwitchTo(0, now, fast: false);

    /// <summary>Adds a request, whose deadline and nonce are set, and numbers it.</summary>
    public void Submit(RequestTracker request, TimeSpan now)
    {
        if (requests.Count == 0) ResumeSilenceClock(now);
        requests.Add(request);
    }

    /// <summary>Removes a request, if it is outstanding: its caller has cancelled it.</summary>
    public void Withdraw(RequestTracker request, TimeSpan now)
    {
        if (request.IsOutstanding) requests.Remove(request, now);
    }

    /// <summary>Removes and returns the next outstanding request, when the client ends; null when there is none.</summary>
    public RequestTracker? WithdrawNext()
    {
        var request = requests.First;
        if (request is not null) requests.Remove(request, requests.EmptySince);
        return request;
    }

    public void ConnectionUp(int server, TimeSpan now)
    {
        servers[server].Link = Link.Up;
        if (IsFollowing) return;
        if (server == Current)
        {
            // The server timeout starts now, and what was sent on an earlier connection is lost.
            requests.EndConnection(server, now);
            requests.NextRound = now + timing.BlindRepeat;
            silentSince = now;
            mayLeaveAt = now + timing.Settle;
            backoff.DueAt(now);
        }
        else if (servers[Current].Link == Link.Down)
        {
            SwitchTo(server, now, fast: false);
        }
    }

    /// <summary>The connection was lost, or an attempt at one failed.</summary>
    public void ConnectionDown(int server, TimeSpan now)
    {
        if (servers[server].Link == Link.Down) return;
        servers[server].Link = Link.Down;
        requests.EndConnection(server, now);
        if (server != Current) return;

        var died = IsFollowing;
        var to = servers.OtherThatIsUp() ?? Current;
        Abandon(to, ServerChangeReason.ConnectionLost, now);
        SwitchTo(to, now, fast: died);
    }

    /// <summary>A reply was received. The request that it answers, if there is one, is no longer outstanding.</summary>
    /// <param name="server">The sender.</param>
    /// <param name="key">The request that it names.</param>
    /// <param name="askedForReceipt">Whether the copy that it replies to asked for one (<see cref="AsksForReceipt"/>).</param>
    /// <param name="now">The current time.</param>
    /// <param name="request">The request that it answers.</param>
    public ReplyKind Answer(int server, RequestKey key, bool askedForReceipt, TimeSpan now, out RequestTracker? request)
    {
        var kind = requests.Find(server, key, out request);
        if (kind == ReplyKind.Unknown) return kind;
        if (request is not null)
        {
            if (askedForReceipt && !request.To(server).Received) servers[server].GaveNoReceipt();
            requests.Answered(request, server, now);
        }

        Found(server, request, now);
        return kind;
    }

    /// <summary>A receipt: the server is active, and the reply follows. False if there is no such request.</summary>
    public bool Received(int server, RequestKey key, TimeSpan now)
    {
        if (requests.Find(server, key, out var request) == ReplyKind.Unknown) return false;

        if (request is not null) request.To(server).Received = true;
        requests.GaveNotice(server);
        servers[server].Rejects = false; // notices arrive in the order of the server's decisions
        Found(server, request, now);
        return true;
    }

    /// <summary>A notice that the server's handler failed on a request, which ends it. False if there is no such request.</summary>
    public bool Failed(int server, RequestKey key, TimeSpan now)
    {
        if (requests.Find(server, key, out var request) == ReplyKind.Unknown) return false;

        requests.GaveNotice(server);
        if (request is not null) requests.FailedAt(server, request, now);
        Found(server, request, now);
        return true;
    }

    /// <summary>
    /// A notice that the server dropped a request because it is not active: it has not executed it, and would drop others
    /// too. False if there is no such request.
    /// </summary>
    public bool Rejected(int server, RequestKey key, TimeSpan now)
    {
        if (requests.Find(server, key, out var request) == ReplyKind.Unknown) return false;

        servers[server].ReceivedOrDialled = now;
        requests.GaveNotice(server);
        if (request is null || !requests.Rejected(request, server)) return true;
        servers[server].Rejects = true;
        if (server == Current) LeaveRejecting(server, now);
        return true;
    }

    /// <summary>Applies whatever depends on the time alone.</summary>
    public void Tick(TimeSpan now)
    {
        // Requests are nearly in the order of their deadlines: a caller that was delayed between reading the clock and
        // submitting delays the timeouts of those behind it by as much at most.
        while (requests.First is { } oldest && oldest.Deadline <= now) requests.Fail(oldest, RequestFailure.TimedOut, now);
        if (requests.Count == 0) return;

        if (now - silentSince >= timing.Silence)
        {
            if (!IsFollowing && servers.IsUp) servers[Current].HasNotAnswered = true;
            if (now >= mayLeaveAt) GiveUpWaiting(now);
        }

        requests.Scan(now, IsFollowing);
        AskForRedial(now);
    }

    /// <summary>
    /// The request to send to <see cref="Current"/> now. The caller sends it and then calls <see cref="Sent"/>; if it
    /// could not be sent yet, it is returned again.
    /// </summary>
    public bool TryNextToSend(TimeSpan now, out RequestTracker request)
    {
        request = null!;
        return requests.Count > 0 && servers.IsUp && (IsFollowing || now >= backoff.Next) && requests.TryNext(now, IsFollowing, out request);
    }

    public void Sent(RequestTracker request, TimeSpan now)
    {
        requests.Sent(request, now);
        if (!IsFollowing) backoff.Sent(now, timing);
    }

    /// <summary>After how long to call <see cref="Tick"/> again, if nothing happens.</summary>
    public TimeSpan NextTimeout(TimeSpan now)
    {
        if (requests.Count == 0) return ClientTiming.IdleTick;
        if (IsFollowing || !servers.IsUp) return timing.Tick;
        var due = requests.IsAllSent ? Max(requests.NextRound, backoff.Next) : backoff.Next;
        if (now < due) return Min(due - now, timing.Tick);
        return requests.IsAllSent ? timing.Tick : timing.Probe; // it was due and could not be sent
    }

    public bool TryTakeFailure(out FailedRequest failure) => requests.TryTakeFailure(out failure);

    public bool TryTakeChange(out ServerChange change) => changes.TryDequeue(out change);

    public bool TryTakeAbandoned(out ServerAbandoned left) => abandoned.TryDequeue(out left);

    /// <summary>A server to connect to anew, because nothing was received over the connection for a whole request timeout.</summary>
    public bool TryTakeRedial(out int server)
    {
        server = redial ?? -1;
        redial = null;
        return server >= 0;
    }

    // A server has shown that it is alive; and that it is active, unless it was abandoned since.
    private void Found(int server, RequestTracker? accepted, TimeSpan now)
    {
        servers[server].ReceivedOrDialled = now;
        if (servers[server].Link != Link.Up) return; // its last messages, read after the connection was lost
        if (server == Current)
        {
            silentSince = unansweredSince = now;
            if (IsFollowing) return;
        }
        else
        {
            // An abandoned server answers after all. That changes nothing while another one serves, nor if the request
            // has ended; but while the client still seeks, it has found its server.
            if (IsFollowing || accepted is null || servers[server].Rejects) return;
            servers[Current].HoldsSince ??= now;
            servers.Current = server;
            silentSince = now;
            mayLeaveAt = now + timing.Settle;
        }

        IsFollowing = true;
        servers[server].HoldsSince = null;
        requests.Found(accepted);
        if (Answering != server) changes.Enqueue(new ServerChange(Answering, server, cause, now - outageSince));
        Answering = server;
    }

    // A rejection is certain where silence is not, so there is no need to wait for the settle time. What else was sent
    // there may still be answered, or rejected like this one.
    private void LeaveRejecting(int server, TimeSpan now)
    {
        var to = servers.OtherThatIsUp() ?? server;
        var next = backoff; // back and forth between two that reject, but no faster than one server is probed
        servers[server].HoldsSince ??= now;
        if (IsFollowing)
        {
            Abandon(to, ServerChangeReason.NotActive, now);
            next = ProbeBackoff.From(now, timing, fast: true);
            if (to == server) next.DueAt(now + timing.Probe);
        }

        SwitchTo(to, now, next);
    }

    private void GiveUpWaiting(TimeSpan now)
    {
        if (servers.OtherThatIsUp() is { } other)
        {
            Abandon(other, ServerChangeReason.Silent, silentSince);
            requests.FailSentOnce(Current, now);
            servers[Current].HoldsSince = null;
            SwitchTo(other, now, fast: false);
        }
        else if (IsFollowing)
        {
            // There is no other server. This one may be slow, so no request fails; it is probed again now and then.
            MarkUncertain(ServerChangeReason.Silent, silentSince);
            SwitchTo(Current, now, fast: false);
            backoff.Gap = timing.Silence;
        }
    }

    private void Abandon(int to, ServerChangeReason why, TimeSpan since)
    {
        MarkUncertain(why, since);
        abandoned.Enqueue(new ServerAbandoned(Current, to, why));
    }

    private void MarkUncertain(ServerChangeReason why, TimeSpan since)
    {
        if (!IsFollowing) return; // the search is still for the first loss
        IsFollowing = false;
        cause = why;
        outageSince = since;
    }

    private void SwitchTo(int server, TimeSpan now, bool fast) => SwitchTo(server, now, ProbeBackoff.From(now, timing, fast));

    private void SwitchTo(int server, TimeSpan now, ProbeBackoff next)
    {
        servers.Current = server;
        servers[server].Epoch = ++epochs;
        servers[server].Rejects = false;
        mayLeaveAt = now + timing.Settle;
        silentSince = now;
        backoff = next;
        requests.Switched(now);
    }

    // The connection may be half-open. All that is still in flight over it belongs to requests that have ended.
    private void AskForRedial(TimeSpan now)
    {
        ref var server = ref servers[Current];
        if (IsFollowing || !servers.IsUp || now - server.ReceivedOrDialled < timing.Request || now - unansweredSince < timing.Request) return;
        server.ReceivedOrDialled = now;
        server.Link = Link.Unknown;
        redial = Current;
        Abandon(Current, ServerChangeReason.Silent, silentSince);
        requests.EndConnection(Current, now);
        SwitchTo(Current, now, fast: false);
    }

    // Idle time does not count towards the server timeout; time during which since-cancelled requests were outstanding does.
    private void ResumeSilenceClock(TimeSpan now)
    {
        var pause = now - requests.EmptySince;
        silentSince = Min(silentSince + pause, now);
        unansweredSince = Min(unansweredSince + pause, now);
        outageSince = now;
    }
}
