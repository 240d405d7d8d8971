namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// Which server to use, which request to send it and when, what to give up. Takes events with their time and leaves
/// its decisions to be taken: no clock, socket, thread or log.
/// <para>
/// The client <em>follows</em> the server that answers: everything goes there at once. Otherwise it <em>seeks</em>: one
/// request after the other, each of them a vote, goes to one server at small intervals, until that server says that it
/// received one, or answers one; then all the rest follows. Which requests may be sent, and how often, is the matter of
/// <see cref="Deliveries"/>.
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
    private ProbeBackoff probes;
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

    /// <summary>Whether what is sent now is to ask for a receipt. A server that is followed has given one, or gives none.</summary>
    public bool AsksForReceipt => !IsFollowing;

    public int Outstanding => requests.Count;

    public long Resends => requests.Resends;

    /// <summary>Begins the client's life with the first server.</summary>
    public void Start(TimeSpan now) => SwitchTo(0, now, fast: false);

    /// <summary>Takes a request, whose deadline and nonce are set, and gives it its number.</summary>
    public void Submit(RequestTracker request, TimeSpan now)
    {
        if (requests.Count == 0) ResumeSilenceClock(now);
        requests.Add(request);
    }

    /// <summary>Forgets a request, if it is outstanding: its caller has ended it.</summary>
    public void Withdraw(RequestTracker request, TimeSpan now)
    {
        if (request.IsOutstanding) requests.Remove(request, now);
    }

    /// <summary>All that is outstanding, when the client ends.</summary>
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
            // Its time to answer begins now; and what was sent on an earlier connection is lost.
            requests.EndConnection(server, now);
            requests.NextRound = now + timing.BlindRepeat;
            silentSince = now;
            mayLeaveAt = now + timing.Settle;
            probes.DueAt(now);
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
        Leave(to, ServerChangeReason.ConnectionLost, now);
        SwitchTo(to, now, fast: died);
    }

    /// <summary>A reply came. The request that it answers, if one awaits it, is no longer outstanding.</summary>
    /// <param name="server">Which sent it.</param>
    /// <param name="key">What it says that it replies to.</param>
    /// <param name="askedForReceipt">The copy that it replies to asked for one (<see cref="AsksForReceipt"/>).</param>
    /// <param name="now">The time.</param>
    /// <param name="request">What it answers.</param>
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

    /// <summary>A server says that it is active and received a request, whose reply follows. False: there is no such request.</summary>
    public bool Received(int server, RequestKey key, TimeSpan now)
    {
        if (requests.Find(server, key, out var request) == ReplyKind.Unknown) return false;

        if (request is not null) request.To(server).Received = true;
        requests.GaveNotice(server);
        servers[server].Rejects = false; // notices come in the order in which a server judges
        Found(server, request, now);
        return true;
    }

    /// <summary>A server says that its handler failed on a request, which ends with that. False: there is no such request.</summary>
    public bool Failed(int server, RequestKey key, TimeSpan now)
    {
        if (requests.Find(server, key, out var request) == ReplyKind.Unknown) return false;

        requests.GaveNotice(server);
        if (request is not null) requests.FailedAt(server, request, now);
        Found(server, request, now);
        return true;
    }

    /// <summary>
    /// A server says that it dropped a request, because it is not active. Then it has not executed it, and no other is
    /// worth sending there. False: there is no such request.
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

    /// <summary>Nothing could be received until now: that is no silence of a server's.</summary>
    public void ResetSilence(TimeSpan now) => silentSince = now;

    /// <summary>Looks at the clock.</summary>
    public void Tick(TimeSpan now)
    {
        // Nearly in the order of their deadlines: a caller that was delayed between reading the clock and submitting
        // makes those before it wait as long at most.
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
    /// The request to send now, and where. The caller sends it and says <see cref="Sent"/>; where that is not possible
    /// yet, it comes again.
    /// </summary>
    public bool TryNextToSend(TimeSpan now, out RequestTracker request)
    {
        request = null!;
        return requests.Count > 0 && servers.IsUp && (IsFollowing || now >= probes.Next) && requests.TryNext(now, IsFollowing, out request);
    }

    public void Sent(RequestTracker request, TimeSpan now)
    {
        requests.Sent(request, now);
        if (!IsFollowing) probes.Sent(now, timing);
    }

    /// <summary>In how long the clock is to be looked at again, if nothing happens.</summary>
    public TimeSpan NextTimeout(TimeSpan now)
    {
        if (requests.Count == 0) return ClientTiming.IdleTick;
        if (IsFollowing || !servers.IsUp) return timing.Tick;
        var due = requests.IsAllSent && requests.NextRound > probes.Next ? requests.NextRound : probes.Next;
        if (now < due) return due - now < timing.Tick ? due - now : timing.Tick;
        return requests.IsAllSent ? timing.Tick : timing.Probe; // it was due and could not be sent
    }

    public bool TryTakeFailure(out FailedRequest failure) => requests.TryTakeFailure(out failure);

    public bool TryTakeChange(out ServerChange change) => changes.TryDequeue(out change);

    public bool TryTakeAbandoned(out ServerAbandoned left) => abandoned.TryDequeue(out left);

    /// <summary>A connection that is to be made anew, because nothing has come over it for a request's whole life.</summary>
    public bool TryTakeRedial(out int server)
    {
        server = redial ?? -1;
        redial = null;
        return server >= 0;
    }

    // A server has shown that it is alive; and that it is active, unless it was left since.
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
            // A server that was left answers after all. While another one serves that means nothing, nor does the
            // answer to a question of long ago; but a server that is still sought is found in the one that answers.
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

    // Its word is surer than its silence: there is no need to stay until it has settled. What else was sent there may be
    // answered yet, or rejected like this one.
    private void LeaveRejecting(int server, TimeSpan now)
    {
        var to = servers.OtherThatIsUp() ?? server;
        var pace = probes; // to and fro between two that reject, but no faster than a server is asked again
        servers[server].HoldsSince ??= now;
        if (IsFollowing)
        {
            Leave(to, ServerChangeReason.NotActive, now);
            pace = ProbeBackoff.From(now, timing, fast: true);
            if (to == server) pace.DueAt(now + timing.Probe);
        }

        SwitchTo(to, now, pace);
    }

    private void GiveUpWaiting(TimeSpan now)
    {
        if (servers.OtherThatIsUp() is { } other)
        {
            Leave(other, ServerChangeReason.Silent, silentSince);
            requests.FailSentOnce(Current, now);
            servers[Current].HoldsSince = null;
            SwitchTo(other, now, fast: false);
        }
        else if (IsFollowing)
        {
            // Nowhere else to go. It may be slow, so that nothing is given up; and it is asked again, now and then.
            MarkUncertain(ServerChangeReason.Silent, silentSince);
            SwitchTo(Current, now, fast: false);
            probes.Gap = timing.Silence;
        }
    }

    private void Leave(int to, ServerChangeReason why, TimeSpan since)
    {
        MarkUncertain(why, since);
        abandoned.Enqueue(new ServerAbandoned(Current, to, why));
    }

    private void MarkUncertain(ServerChangeReason why, TimeSpan since)
    {
        if (!IsFollowing) return; // it is still the first loss that the search is for
        IsFollowing = false;
        cause = why;
        outageSince = since;
    }

    private void SwitchTo(int server, TimeSpan now, bool fast) => SwitchTo(server, now, ProbeBackoff.From(now, timing, fast));

    private void SwitchTo(int server, TimeSpan now, ProbeBackoff pace)
    {
        servers.Current = server;
        servers[server].Epoch = ++epochs;
        servers[server].Rejects = false;
        mayLeaveAt = now + timing.Settle;
        silentSince = now;
        probes = pace;
        requests.Switched(now);
    }

    // Whatever is still in flight over such a connection belongs to a request that has ended: it may be half-open.
    private void AskForRedial(TimeSpan now)
    {
        ref var server = ref servers[Current];
        if (IsFollowing || !servers.IsUp || now - server.ReceivedOrDialled < timing.Request || now - unansweredSince < timing.Request) return;
        server.ReceivedOrDialled = now;
        server.Link = Link.Unknown;
        redial = Current;
        Leave(Current, ServerChangeReason.Silent, silentSince);
        requests.EndConnection(Current, now);
        SwitchTo(Current, now, fast: false);
    }

    // While nothing is outstanding nothing is owed, and that time does not count; but what was owed before, to callers who have
    // given up, does.
    private void ResumeSilenceClock(TimeSpan now)
    {
        var pause = now - requests.EmptySince;
        silentSince = Min(silentSince + pause, now);
        unansweredSince = Min(unansweredSince + pause, now);
        outageSince = now;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
