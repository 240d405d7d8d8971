using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// What was sent where, and what may be sent now. A server that gives notices is sent each request once, and again only
/// after it has rejected it, its connection has ended, or a server timeout has passed without an answer; a server that is
/// not known to give notices is sent all of them again and again, in rounds. A part of the <see cref="ClientCore"/>.
/// </summary>
internal sealed class Deliveries(ServerTable servers, ClientTiming timing)
{
    private readonly OutstandingRequests outstanding = new();
    private readonly AnswerProgress progress = new();
    private readonly Queue<FailedRequest> failures = new();
    private long transmissions;
    private TimeSpan nextScan;
    private bool someAreHeld; // by an abandoned server: time alone may release them

    public int Count => outstanding.Count;

    public RequestTracker? First => outstanding.First;

    public long Resends { get; private set; }

    /// <summary>When the last outstanding request ended, if none is outstanding.</summary>
    public TimeSpan EmptySince { get; private set; }

    /// <summary>When all of them may be sent again to a server that does not report what it drops.</summary>
    public TimeSpan NextRound { get; set; }

    /// <summary>Everything that may be sent has been sent.</summary>
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

    /// <summary>A server has sent a notice: from now on it will give one, or a reply, for every request that it has.</summary>
    public void GaveNotice(int server)
    {
        var isFirst = !servers[server].HasGivenNotice;
        servers[server].GaveNotice();
        for (var request = isFirst ? outstanding.First : null; request is not null; request = request.Next) request.To(server).MayRepeat = false;
    }

    /// <summary>A server dropped a request.</summary>
    /// <returns>Whether it was rejected for the first time, and was sent in the current epoch.</returns>
    public bool Rejected(RequestTracker request, int server)
    {
        ref var transmission = ref request.To(server);
        if (transmission.Copies == 0) return false; // a duplicate
        transmission.Copies--;
        request.Unresolved--;
        request.MayHaveBeenRejected = false;
        outstanding.Rewind(); // it may become sendable only now
        return transmission.Epoch == servers[server].Epoch;
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
        ref var transmission = ref request.To(servers.Current);
        transmission.Copies++;
        transmission.MayRepeat = false;
        transmission.Epoch = servers[servers.Current].Epoch;
        transmission.Order = ++transmissions;
        transmission.At = now;
    }

    /// <summary>The client has switched to the current server.</summary>
    public void Switched(TimeSpan now)
    {
        outstanding.Rewind();
        if (!servers.GivesNotices(servers.Current)) BeginRound(now);
    }

    /// <summary>The current server is followed from now on, because it accepted <paramref name="accepted"/> (null if that has ended).</summary>
    public void Found(RequestTracker? accepted)
    {
        outstanding.Rewind();
        progress.Reset();
        if (accepted is not null && !servers.GivesNotices(servers.Current)) MarkEarlierAsRejected(accepted, servers.Current);
    }

    /// <summary>A connection has ended: what was sent over it can be neither answered nor rejected any more.</summary>
    public void EndConnection(int server, TimeSpan now)
    {
        servers[server].EndConnection();
        FailSentOnce(server, now);
        for (var request = outstanding.First; request is not null; request = request.Next)
        {
            ref var transmission = ref request.To(server);
            transmission.Copies = 0;
            transmission.Received = false;
        }

        outstanding.Rewind();
    }

    /// <summary>Fails the at-most-once requests that a lost or abandoned server has.</summary>
    public void FailSentOnce(int server, TimeSpan now)
    {
        for (var request = outstanding.First; request is not null;)
        {
            var next = request.Next;
            if (request.Delivery == DeliveryGuarantee.AtMostOnce && request.To(server).Copies > 0) Fail(request, RequestFailure.OutcomeUnknown, now);
            request = next;
        }
    }

    /// <summary>Looks, now and then, for requests that have waited too long.</summary>
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

    // A server that was not active for a moment may have dropped what it received then, although it answers again; and a
    // reply may be lost.
    private void RepeatForgotten(TimeSpan now, bool isFollowing)
    {
        var youngest = now - timing.Silence + timing.Request; // the latest deadline of requests that can have been sent a server timeout ago
        for (var request = outstanding.First; request is not null && request.Deadline <= youngest;)
        {
            var next = request.Next;
            ref var transmission = ref request.To(servers.Current);
            if (transmission is { Copies: > 0, MayRepeat: false } && now - transmission.At >= request.RepeatDelay)
            {
                if (request.Delivery == DeliveryGuarantee.AtMostOnce)
                {
                    if (isFollowing && request.MayHaveBeenRejected) Fail(request, RequestFailure.OutcomeUnknown, now);
                }
                else if (!isFollowing || transmission.Order < progress.Before)
                {
                    transmission.MayRepeat = true;
                    request.RepeatDelay *= 2;
                    outstanding.Rewind();
                }
            }

            request = next;
        }
    }

    // A server accepts or drops requests in the order in which it receives them: it accepted this one, so it dropped the
    // earlier ones. For a server that answers out of order that is wrong, and only costs repeated copies.
    private void MarkEarlierAsRejected(RequestTracker accepted, int server)
    {
        var last = accepted.To(server);
        if (last.Epoch != servers[server].Epoch) return;
        for (var request = outstanding.First; request is not null; request = request.Next)
        {
            ref var transmission = ref request.To(server);
            if (transmission.Copies == 0 || transmission.Epoch != last.Epoch || transmission.Order > last.Order) continue;
            if (request.Delivery == DeliveryGuarantee.AtLeastOnce) transmission.MayRepeat = true;
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
        ref var transmission = ref request.To(servers.Current);
        if (transmission.Copies > 0 && !transmission.MayRepeat) return false;
        if (request is { MayHaveBeenExecuted: true, Delivery: DeliveryGuarantee.AtMostOnce }) return false;
        if (!IsHeldElsewhere(request, now)) return true;
        someAreHeld = true;
        return false;
    }

    // A server that was abandoned because it rejects will reject or answer each request that it has: there is no need to
    // have the other one execute it as well.
    private bool IsHeldElsewhere(RequestTracker request, TimeSpan now)
    {
        for (var i = 0; i < servers.Count; i++)
        {
            if (i == servers.Current || servers[i].HoldsSince is not { } since) continue;
            ref var transmission = ref request.To(i);
            if (transmission.Copies > 0 && now - Max(transmission.At, since) < timing.Silence && servers.GivesNotices(i)) return true;
        }

        return false;
    }
}
