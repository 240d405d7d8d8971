namespace NetMQ.HighAvailability.Protocol;

/// <summary>
/// Which requests are read, started and answered, when handlers take their time: as many at once as there are places, none for a term that
/// is over, one at a time for each client if asked for. Takes events and gives decisions: no clock, thread, socket or log.
/// </summary>
/// <typeparam name="T">A request.</typeparam>
/// <param name="places">How many may be accepted and unanswered.</param>
/// <param name="ordered">Whether each client's are handled one at a time, in order.</param>
internal sealed class RequestGate<T>(int places, bool ordered)
    where T : class
{
    // Reading goes on when a quarter is free: to stop and to begin costs more than a request.
    private readonly int enough = places - Math.Max(1, places / 4);

    private readonly Queue<(T Request, int Client)> waiting = new(); // for a place: only what made a full node active
    private readonly Dictionary<int, Queue<T>> clients = [];         // of those that have a request in progress: what waits for its end
    private int running;
    private int waitingForTurn;
    private bool full;
    private long? term;
    private TimeSpan? stalledSince;
    private TimeSpan? drainUntil;

    /// <summary>How many requests are accepted and unanswered.</summary>
    public int InFlight => running + waiting.Count + waitingForTurn;

    /// <summary>Whether an active node reads no further requests. One that is not active always does: it rejects them at once.</summary>
    public bool Holds => term is not null && (full || IsDraining);

    /// <summary>Whether what is in flight is awaited before active is given up.</summary>
    public bool IsDraining => drainUntil is not null;

    /// <summary>Since when all places have been taken without any request's end.</summary>
    public TimeSpan? StalledSince => stalledSince;

    /// <summary>The node has become active: the number of the term in which it serves from now on.</summary>
    public void BeginTerm(long number) => term = number;

    /// <summary>The term is over.</summary>
    /// <returns>What was accepted and not started: it never will be, and its clients may be told so.</returns>
    public List<T> EndTerm()
    {
        term = null;
        drainUntil = null;
        List<T> refused = [];
        while (waiting.TryDequeue(out var next))
        {
            refused.Add(next.Request);
            if (ordered) RefuseTurns(next.Client, refused, isRunning: false);
        }

        foreach (var client in clients.Keys.ToArray()) RefuseTurns(client, refused, isRunning: true);
        Recount(null);
        return refused;
    }

    /// <summary>A request has been accepted.</summary>
    /// <param name="request">The request.</param>
    /// <param name="client">Its client; two that share a number take turns as if they were one.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether to start it now. Otherwise <see cref="End"/> returns it when it is its turn, or <see cref="EndTerm"/>.</returns>
    public bool Accept(T request, int client, TimeSpan now)
    {
        var starts = false;
        if (ordered && clients.TryGetValue(client, out var turns))
        {
            turns.Enqueue(request);
            waitingForTurn++;
        }
        else
        {
            if (ordered) clients.Add(client, new Queue<T>());
            starts = running < places;
            if (starts) running++;
            else waiting.Enqueue((request, client));
        }

        if (InFlight < places) return starts;
        full = true;
        stalledSince ??= now;
        return starts;
    }

    /// <summary>A request that was started has ended, with a reply or without.</summary>
    /// <param name="client">Its client.</param>
    /// <param name="now">The time.</param>
    /// <returns>The request to start in its place, if there is one.</returns>
    public T? End(int client, TimeSpan now)
    {
        running--;
        T? next = null;
        if (ordered)
        {
            if (clients[client].TryDequeue(out next)) waitingForTurn--;
            else clients.Remove(client);
        }

        if (next is null && waiting.TryDequeue(out var first)) next = first.Request;
        if (next is not null) running++;
        Recount(now);
        return next;
    }

    /// <summary>Whether the reply to a request of that term may leave the node, if its lease lasts.</summary>
    public bool MayReply(long term) => this.term == term;

    /// <summary>The node is about to give up active: it reads no more, and waits for what is in flight.</summary>
    /// <param name="until">No longer than that.</param>
    public void BeginDrain(TimeSpan until) => drainUntil = until;

    /// <summary>Whether it need not wait any longer.</summary>
    public bool IsDrained(TimeSpan now) => InFlight == 0 || now >= drainUntil;

    /// <summary>It is not given up after all.</summary>
    public void EndDrain() => drainUntil = null;

    private void RefuseTurns(int client, List<T> refused, bool isRunning)
    {
        waitingForTurn -= clients[client].Count;
        refused.AddRange(clients[client]);
        clients[client].Clear();
        if (!isRunning) clients.Remove(client);
    }

    private void Recount(TimeSpan? now)
    {
        full = InFlight >= places || (full && InFlight > enough);
        stalledSince = InFlight < places ? null : now ?? stalledSince;
    }
}
