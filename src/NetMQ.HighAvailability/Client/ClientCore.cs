namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// Which server to use, which request to send it and when, what to give up. Takes events with their time and leaves
/// its decisions to be taken: no clock, socket, thread or log.
/// <para>
/// The client <em>follows</em> the server that answers: everything goes there at once. Otherwise it <em>seeks</em>: one
/// request after the other, each of them a vote, goes to one server at small intervals, until one is answered; then
/// all the rest follows. What was sent before the one that was answered has most likely been rejected.
/// </para>
/// </summary>
internal sealed class ClientCore(int serverCount, ClientTiming timing)
{
    private readonly ServerMemory[] servers = new ServerMemory[serverCount];
    private readonly Dictionary<long, ClientRequest> byNumber = [];
    private readonly RequestList outstanding = new();
    private readonly Queue<FailedRequest> failures = new();
    private readonly Queue<ServerChange> changes = new();
    private readonly Queue<Departure> departures = new();
    private ClientRequest? cursor; // those before it need not be sent now; it itself may have been
    private long numbers, stays, sendings;
    private TimeSpan stayUntil, silentSince, troubleSince, nextScan, owingSince, emptySince;
    private ProbePace probes;
    private ServerChangeCause cause = ServerChangeCause.First;
    private int? redial;

    /// <summary>The server that requests are sent to.</summary>
    public int Current { get; private set; }

    /// <summary>The server that answered last; -1 before the first answer.</summary>
    public int Answering { get; private set; } = -1;

    public bool IsFollowing { get; private set; }

    public int Outstanding => outstanding.Count;

    public long Resends { get; private set; }

    private bool IsUp => servers[Current].Link == Link.Up;

    /// <summary>Begins the client's life with the first server.</summary>
    public void Start(TimeSpan now) => TurnTo(0, now, fast: false);

    public void Submit(ClientRequest request, TimeSpan now)
    {
        if (outstanding.Count == 0) BeOwedAgain(now);

        request.Number = ++numbers;
        request.Patience = timing.Silence;
        byNumber.Add(request.Number, request);
        outstanding.Append(request);
        cursor ??= request;
    }

    /// <summary>Forgets a request, if it is outstanding: its caller has ended it.</summary>
    public void Withdraw(ClientRequest request, TimeSpan now)
    {
        if (request.IsOutstanding) Remove(request, now);
    }

    /// <summary>All that is outstanding, when the client ends.</summary>
    public ClientRequest? WithdrawNext()
    {
        var request = outstanding.First;
        if (request is not null) Remove(request, emptySince);
        return request;
    }

    public void ConnectionUp(int server, TimeSpan now)
    {
        servers[server].Link = Link.Up;
        if (IsFollowing) return;
        if (server == Current)
        {
            // Its time to answer begins now; and what was sent on an earlier connection is lost.
            silentSince = now;
            stayUntil = now + timing.Settle;
            probes.DueAt(now);
        }
        else if (servers[Current].Link == Link.Down)
        {
            TurnTo(server, now, fast: false);
        }
    }

    /// <summary>The connection was lost, or an attempt at one failed.</summary>
    public void ConnectionDown(int server, TimeSpan now)
    {
        if (servers[server].Link == Link.Down) return;
        servers[server].Link = Link.Down;
        if (server != Current)
        {
            FailSentOnce(now, server);
            return;
        }

        var died = IsFollowing;
        var to = OtherThatIsUp() ?? Current;
        Leave(to, ServerChangeCause.ConnectionLost, now, now);
        TurnTo(to, now, fast: died);
    }

    /// <summary>A reply came. The request that it answers, if one awaits it, is no longer outstanding.</summary>
    public ReplyKind Answer(int server, long number, TimeSpan now, out ClientRequest? request)
    {
        request = null;
        if (number < 1 || number > numbers) return ReplyKind.Unknown;

        servers[server].HeardOrDialled = now;
        if (byNumber.TryGetValue(number, out request)) Remove(request, now);
        Hear(server, request, now);
        return request is null ? ReplyKind.Late : ReplyKind.Awaited;
    }

    /// <summary>
    /// A server says that it dropped a request, because it is not active. Then it has not executed it, and no other is
    /// worth sending there. False: there is no such request.
    /// </summary>
    public bool Rejected(int server, long number, TimeSpan now)
    {
        if (number < 1 || number > numbers) return false;

        ref var from = ref servers[server];
        from.HeardOrDialled = now;
        if (!byNumber.TryGetValue(number, out var request)) return true;
        if (request.MayHaveBeenExecuted) request.Unresolved--;
        request.IsDoubtful = false;
        cursor = outstanding.First; // it may be that it can be sent again only now
        if (request.Stay != from.Stay) return true; // a sending of long ago
        from.Rejects = true;
        if (server == Current) TurnAwayFrom(server, now);
        return true;
    }

    /// <summary>Looks at the clock.</summary>
    public void Tick(TimeSpan now)
    {
        // Nearly in the order of their deadlines: a caller that was delayed between reading the clock and submitting
        // makes those before it wait as long at most.
        while (outstanding.First is { } oldest && oldest.Deadline <= now) Fail(oldest, RequestFailure.TimedOut, now);
        if (outstanding.Count == 0) return;

        if (now - silentSince >= timing.Silence && now >= stayUntil) GiveUpWaiting(now);
        if (IsFollowing && now >= nextScan) Scan(now);
        AskForRedial(now);
    }

    /// <summary>
    /// The request to send now, and where. The caller sends it and says <see cref="Sent"/>; where that is not possible
    /// yet, it comes again.
    /// </summary>
    public bool TryNextToSend(TimeSpan now, out ClientRequest request)
    {
        request = null!;
        if (outstanding.Count == 0 || !IsUp || (!IsFollowing && now < probes.Next)) return false;

        AdvanceCursor();
        if (cursor is null && !IsFollowing) BeginRound();
        if (cursor is null)
        {
            if (!IsFollowing) probes.Sent(now, timing);
            return false;
        }

        request = cursor;
        return true;
    }

    public void Sent(ClientRequest request, TimeSpan now)
    {
        if (request.Order > 0) Resends++;
        request.Unresolved++;
        request.Stay = servers[Current].Stay;
        request.Order = ++sendings;
        request.SentAt = now;
        if (!IsFollowing) probes.Sent(now, timing);
    }

    /// <summary>In how long the clock is to be looked at again, if nothing happens.</summary>
    public TimeSpan Pace(TimeSpan now)
    {
        if (outstanding.Count == 0) return ClientTiming.IdleTick;
        if (IsFollowing || !IsUp) return timing.Tick;
        if (now >= probes.Next) return timing.Probe; // it was due and could not be sent
        return probes.Next - now < timing.Tick ? probes.Next - now : timing.Tick;
    }

    public bool TryTakeFailure(out FailedRequest failure) => failures.TryDequeue(out failure);

    public bool TryTakeChange(out ServerChange change) => changes.TryDequeue(out change);

    public bool TryTakeDeparture(out Departure departure) => departures.TryDequeue(out departure);

    /// <summary>A connection that is to be made anew, because nothing has come over it for a request's whole life.</summary>
    public bool TryTakeRedial(out int server)
    {
        server = redial ?? -1;
        redial = null;
        return server >= 0;
    }

    private void Hear(int server, ClientRequest? answered, TimeSpan now)
    {
        if (servers[server].Link != Link.Up) return; // its last words, read after the connection was lost
        if (server == Current)
        {
            silentSince = owingSince = now;
            if (IsFollowing) return;
        }
        else
        {
            // A server that was left answers after all. While another one serves that means nothing, nor does the
            // answer to a question of long ago; but a server that is still sought is found in the one that answers.
            if (IsFollowing || answered is null || servers[server].Rejects) return;
            Current = server;
            silentSince = now;
            stayUntil = now + timing.Settle;
        }

        IsFollowing = true;
        cursor = outstanding.First;
        if (answered?.Stay == servers[server].Stay) SuspectEarlierThan(answered);
        if (Answering != server) changes.Enqueue(new ServerChange(Answering, server, cause, now - troubleSince));
        Answering = server;
    }

    // A server judges requests in the order in which they come: it accepted this one, so it rejected those before it.
    // If it answers out of order that is wrong, and what may be repeated is repeated.
    private void SuspectEarlierThan(ClientRequest accepted)
    {
        for (var request = outstanding.First; request is not null; request = request.Next)
        {
            if (request.Stay != accepted.Stay || request.Order > accepted.Order) continue;
            if (request.Delivery == RequestDelivery.AtLeastOnce) request.Stay = 0;
            else request.IsDoubtful = true;
        }
    }

    // Its word is surer than its silence: there is no need to stay until it has settled. What else was sent there may be
    // answered yet, or rejected like this one.
    private void TurnAwayFrom(int server, TimeSpan now)
    {
        var to = OtherThatIsUp() ?? server;
        var pace = probes; // to and fro between two that reject, but no faster than a server is asked again
        if (IsFollowing)
        {
            Leave(to, ServerChangeCause.NotActive, now, now);
            pace = ProbePace.From(now, timing, fast: true);
        }

        TurnTo(to, now, pace);
    }

    private void GiveUpWaiting(TimeSpan now)
    {
        if (OtherThatIsUp() is { } other)
        {
            Leave(other, ServerChangeCause.Silent, silentSince, now);
            TurnTo(other, now, fast: false);
        }
        else if (IsFollowing)
        {
            // Nowhere else to go. It may be slow, so that nothing is given up; and it is asked again, now and then.
            Doubt(ServerChangeCause.Silent, silentSince);
            TurnTo(Current, now, fast: false);
            probes.Gap = timing.Silence;
        }
    }

    private void Leave(int to, ServerChangeCause why, TimeSpan since, TimeSpan now)
    {
        Doubt(why, since);
        departures.Enqueue(new Departure(Current, to, why));
        if (why != ServerChangeCause.NotActive) FailSentOnce(now);
    }

    /// <summary>Fails what was sent for good to a server that can no longer answer, or to any.</summary>
    private void FailSentOnce(TimeSpan now, int? server = null)
    {
        for (var request = outstanding.First; request is not null;)
        {
            var next = request.Next;
            var lost = server is not { } gone || request.Stay == servers[gone].Stay;
            if (lost && request is { Delivery: RequestDelivery.AtMostOnce, MayHaveBeenExecuted: true }) Fail(request, RequestFailure.OutcomeUnknown, now);
            request = next;
        }
    }

    private void Doubt(ServerChangeCause why, TimeSpan since)
    {
        if (!IsFollowing) return; // it is still the first loss that the search is for
        IsFollowing = false;
        cause = why;
        troubleSince = since;
    }

    private void TurnTo(int server, TimeSpan now, bool fast) => TurnTo(server, now, ProbePace.From(now, timing, fast));

    private void TurnTo(int server, TimeSpan now, ProbePace pace)
    {
        Current = server;
        servers[server].Stay = ++stays;
        servers[server].Rejects = false;
        stayUntil = now + timing.Settle;
        silentSince = now;
        probes = pace;
        cursor = outstanding.First;
    }

    private void AdvanceCursor()
    {
        var stay = servers[Current].Stay;
        while (cursor is not null && !IsToBeSent(cursor, stay)) cursor = cursor.Next;
    }

    private void BeginRound()
    {
        for (var request = outstanding.First; request is not null; request = request.Next) request.Stay = 0;
        cursor = outstanding.First;
        AdvanceCursor();
    }

    private static bool IsToBeSent(ClientRequest request, long stay) =>
        request.Stay != stay && (!request.MayHaveBeenExecuted || request.Delivery == RequestDelivery.AtLeastOnce);

    // A server that gave up being active for a moment has dropped what it got then, though it answers again.
    private void Scan(TimeSpan now)
    {
        nextScan = now + timing.Scan;
        var youngest = now - timing.Silence + timing.Request; // the deadline of those that may have been sent so long ago
        for (var request = outstanding.First; request is not null && request.Deadline <= youngest;)
        {
            var next = request.Next;
            if (request.MayHaveBeenExecuted && now - request.SentAt >= request.Patience)
            {
                if (request.Delivery == RequestDelivery.AtLeastOnce) SendAgain(request);
                else if (request.IsDoubtful) Fail(request, RequestFailure.OutcomeUnknown, now);
            }

            request = next;
        }
    }

    private void SendAgain(ClientRequest request)
    {
        request.Stay = 0;
        request.Patience *= 2;
        cursor = outstanding.First;
    }

    // Whatever is still in flight over such a connection belongs to a request that has ended: it may be half-open.
    private void AskForRedial(TimeSpan now)
    {
        ref var server = ref servers[Current];
        if (IsFollowing || !IsUp || now - server.HeardOrDialled < timing.Request || now - owingSince < timing.Request) return;
        server.HeardOrDialled = now;
        server.Link = Link.Unknown;
        redial = Current;
        Leave(Current, ServerChangeCause.Silent, silentSince, now);
        TurnTo(Current, now, fast: false);
    }

    private int? OtherThatIsUp()
    {
        for (var i = 0; i < servers.Length; i++)
        {
            if (i != Current && servers[i].Link == Link.Up) return i;
        }

        return null;
    }

    private void Fail(ClientRequest request, RequestFailure failure, TimeSpan now)
    {
        Remove(request, now);
        failures.Enqueue(new FailedRequest(request, failure));
    }

    private void Remove(ClientRequest request, TimeSpan now)
    {
        if (cursor == request) cursor = request.Next;
        byNumber.Remove(request.Number);
        outstanding.Remove(request);
        if (outstanding.Count == 0) emptySince = now;
    }

    // While nothing is outstanding nothing is owed, and that time does not count; but what was owed before, to callers who have
    // given up, does.
    private void BeOwedAgain(TimeSpan now)
    {
        var pause = now - emptySince;
        silentSince = Min(silentSince + pause, now);
        owingSince = Min(owingSince + pause, now);
        troubleSince = now;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
