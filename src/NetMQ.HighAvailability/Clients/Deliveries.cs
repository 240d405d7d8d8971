namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// What was sent where, and what may be sent now. A server that tells what becomes of requests gets each of them once,
/// until it says that it dropped it, its connection ends, or the request has waited for a server timeout; to one that is
/// not known to do so, all of them go again and again, in rounds. A part of the <see cref="ClientCore"/>.
/// </summary>
internal sealed class Deliveries(ServerTable servers, ClientTiming timing)
{
    private readonly OutstandingRequests outstanding = new();
    private readonly AnswerProgress progress = new();
    private readonly Queue<FailedRequest> failures = new();
    private long transmissions;
    private TimeSpan nextScan;
    private bool someAreHeld; // by a server that was left: nothing but time may free them

    public int Count => outstanding.Count;

    public RequestTracker? First => outstanding.First;

    public long Resends { get; private set; }

    /// <summary>Since when nothing is outstanding, if nothing is.</summary>
    public TimeSpan EmptySince { get; private set; }

    /// <summary>When all of them may be sent again to a server that does not tell what it drops.</summary>
    public TimeSpan NextRound { get; set; }

    /// <summary>All that may be sent has been.</summary>
    public bool IsAllSent => outstanding.Cursor is null;

    public void Add(RequestTracker request)
    {
        request.RepeatDelay = timing.Silence;
        outstanding.Append(request);
    }

    public ReplyKind Find(int server, RequestKey key, out RequestTracker? request) => outstanding.Find(server, key, out request);

    public void Remove(RequestTracker request, TimeSpan now)
    {
        outstanding.Remove(request);
        if (outstanding.Count == 0) EmptySince = now;
    }

    /// <summary>Ends a request that a server has answered.</summary>
    public void Answered(RequestTracker request, int server, TimeSpan now)
    {
        if (server == servers.Current) progress.Answered(request.To(server).Order);
        Remove(request, now);
    }

    public void Fail(RequestTracker request, RequestFailure failure, TimeSpan now)
    {
        Remove(request, now);
        failures.Enqueue(new FailedRequest(request, failure));
    }

    /// <summary>Ends a request on which a server's handler failed.</summary>
    public void FailedAt(int server, RequestTracker request, TimeSpan now)
    {
        Answered(request, server, now);
        failures.Enqueue(new FailedRequest(request, RequestFailure.FailedAtServer, server));
    }

    public bool TryTakeFailure(out FailedRequest failure) => failures.TryDequeue(out failure);

    /// <summary>A server has sent a notice: it will tell, from now on, what becomes of all that it has.</summary>
    public void GaveNotice(int server)
    {
        var isFirst = !servers[server].HasGivenNotice;
        servers[server].GaveNotice();
        for (var request = isFirst ? outstanding.First : null; request is not null; request = request.Next) request.To(server).MayRepeat = false;
    }

    /// <summary>A server dropped a request.</summary>
    /// <returns>Whether that was news, and of a sending in the present stay with the server.</returns>
    public bool Rejected(RequestTracker request, int server)
    {
        ref var sending = ref request.To(server);
        if (sending.Copies == 0) return false; // said twice
        sending.Copies--;
        request.Unresolved--;
        request.MayHaveBeenRejected = false;
        outstanding.Rewind(); // it may be that it can be sent again only now
        return sending.Epoch == servers[server].Epoch;
    }

    /// <summary>Whether there is a request to send to the current server now.</summary>
    public bool TryNext(TimeSpan now, bool isFollowing, out RequestTracker request)
    {
        AdvanceCursor(now);
        if (outstanding.Cursor is null && !isFollowing && now >= NextRound && !servers.GivesNotices(servers.Current)) BeginRound(now);
        request = outstanding.Cursor!;
        return request is not null;
    }

    public void Sent(RequestTracker request, TimeSpan now)
    {
        if (request.WasSent) Resends++;
        request.WasSent = true;
        request.Unresolved++;
        ref var sending = ref request.To(servers.Current);
        sending.Copies++;
        sending.MayRepeat = false;
        sending.Epoch = servers[servers.Current].Epoch;
        sending.Order = ++transmissions;
        sending.At = now;
    }

    /// <summary>The current server was turned to.</summary>
    public void Switched(TimeSpan now)
    {
        outstanding.Rewind();
        if (!servers.GivesNotices(servers.Current)) BeginRound(now);
    }

    /// <summary>The current server is followed from now on, because it accepted <paramref name="accepted"/>, if that is still outstanding.</summary>
    public void Found(RequestTracker? accepted)
    {
        outstanding.Rewind();
        progress.Reset();
        if (accepted is not null && !servers.GivesNotices(servers.Current)) MarkEarlierAsRejected(accepted, servers.Current);
    }

    /// <summary>A connection has ended: what came over it can be neither answered nor rejected any more.</summary>
    public void EndConnection(int server, TimeSpan now)
    {
        servers[server].EndConnection();
        FailSentOnce(server, now);
        for (var request = outstanding.First; request is not null; request = request.Next)
        {
            ref var sending = ref request.To(server);
            sending.Copies = 0;
            sending.Received = false;
        }

        outstanding.Rewind();
    }

    /// <summary>Fails what was sent for good to a server that is not waited for any more.</summary>
    public void FailSentOnce(int server, TimeSpan now)
    {
        for (var request = outstanding.First; request is not null;)
        {
            var next = request.Next;
            if (request.Delivery == DeliveryGuarantee.AtMostOnce && request.To(server).Copies > 0) Fail(request, RequestFailure.OutcomeUnknown, now);
            request = next;
        }
    }

    /// <summary>Looks, now and then, for requests that have waited for too long.</summary>
    public void Scan(TimeSpan now, bool isFollowing)
    {
        if (now < nextScan) return;
        nextScan = now + timing.Scan;
        progress.Step();
        if (someAreHeld)
        {
            someAreHeld = false;
            outstanding.Rewind();
        }

        if (isFollowing || servers.GivesNotices(servers.Current)) RepeatForgotten(now, isFollowing);
    }

    // A server that gave up being active for a moment may have dropped what it got then, though it answers again; and no
    // reply is sure to arrive.
    private void RepeatForgotten(TimeSpan now, bool isFollowing)
    {
        var youngest = now - timing.Silence + timing.Request; // the deadline of those that may have been sent so long ago
        for (var request = outstanding.First; request is not null && request.Deadline <= youngest;)
        {
            var next = request.Next;
            ref var sending = ref request.To(servers.Current);
            if (sending is { Copies: > 0, MayRepeat: false } && now - sending.At >= request.RepeatDelay)
            {
                if (request.Delivery == DeliveryGuarantee.AtMostOnce)
                {
                    if (isFollowing && request.MayHaveBeenRejected) Fail(request, RequestFailure.OutcomeUnknown, now);
                }
                else if (!isFollowing || sending.Order < progress.Before)
                {
                    sending.MayRepeat = true;
                    request.RepeatDelay *= 2;
                    outstanding.Rewind();
                }
            }

            request = next;
        }
    }

    // A server judges requests in the order in which they come: it accepted this one, so it dropped those before it. If
    // it answers out of order that is wrong, and what may be repeated is repeated.
    private void MarkEarlierAsRejected(RequestTracker accepted, int server)
    {
        var last = accepted.To(server);
        if (last.Epoch != servers[server].Epoch) return;
        for (var request = outstanding.First; request is not null; request = request.Next)
        {
            ref var sending = ref request.To(server);
            if (sending.Copies == 0 || sending.Epoch != last.Epoch || sending.Order > last.Order) continue;
            if (request.Delivery == DeliveryGuarantee.AtLeastOnce) sending.MayRepeat = true;
            else request.MayHaveBeenRejected = true;
        }
    }

    private void BeginRound(TimeSpan now)
    {
        NextRound = now + timing.BlindRepeat;
        for (var request = outstanding.First; request is not null; request = request.Next) request.To(servers.Current).MayRepeat = true;
        outstanding.Rewind();
        AdvanceCursor(now);
    }

    private void AdvanceCursor(TimeSpan now)
    {
        while (outstanding.Cursor is { } request && !IsToBeSent(request, now)) outstanding.Advance();
    }

    private bool IsToBeSent(RequestTracker request, TimeSpan now)
    {
        ref var sending = ref request.To(servers.Current);
        if (sending.Copies > 0 && !sending.MayRepeat) return false;
        if (request is { MayHaveBeenExecuted: true, Delivery: DeliveryGuarantee.AtMostOnce }) return false;
        if (!IsHeldElsewhere(request, now)) return true;
        someAreHeld = true;
        return false;
    }

    // A server that was left for saying that it is not active says of each request that it has that it dropped it, or
    // answers it: there is no need to have it executed by the other as well.
    private bool IsHeldElsewhere(RequestTracker request, TimeSpan now)
    {
        for (var i = 0; i < servers.Count; i++)
        {
            if (i == servers.Current || servers[i].HoldsSince is not { } since) continue;
            ref var sending = ref request.To(i);
            if (sending.Copies > 0 && now - (sending.At > since ? sending.At : since) < timing.Silence && servers.GivesNotices(i)) return true;
        }

        return false;
    }
}
