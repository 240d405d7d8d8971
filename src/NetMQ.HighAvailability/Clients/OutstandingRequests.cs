namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// The outstanding requests, by number and, as a linked list, in the order of submission. The cursor saves a search for
/// the next one to send: none before it needs to be sent now.
/// </summary>
internal sealed class OutstandingRequests
{
    private readonly Dictionary<long, RequestTracker> byNumber = [];
    private RequestTracker? last;
    private long numbers;

    public RequestTracker? First { get; private set; }

    public RequestTracker? Cursor { get; private set; }

    public int Count => byNumber.Count;

    /// <summary>Numbers the request.</summary>
    public void Append(RequestTracker request)
    {
        request.Key = request.Key with { Number = ++numbers };
        request.Previous = last;
        request.Next = null;
        if (last is null) First = request;
        else last.Next = request;
        last = request;
        request.IsOutstanding = true;
        byNumber.Add(numbers, request);
        Cursor ??= request;
    }

    public void Remove(RequestTracker request)
    {
        if (Cursor == request) Advance();
        if (request.Previous is null) First = request.Next;
        else request.Previous.Next = request.Next;
        if (request.Next is null) last = request.Previous;
        else request.Next.Previous = request.Previous;
        request.Next = request.Previous = null;
        request.IsOutstanding = false;
        byNumber.Remove(request.Key.Number);
    }

    public void Advance() => Cursor = Cursor?.Next;

    public void Rewind() => Cursor = First;

    /// <summary>
    /// The request that a message of <paramref name="server"/> is about. One that has ended cannot be
    /// compared any more, and a message about it affects no other.
    /// </summary>
    public ReplyKind Find(int server, RequestKey key, out RequestTracker? request)
    {
        request = null;
        if (key.Number < 1 || key.Number > numbers) return ReplyKind.Unknown;
        if (!byNumber.TryGetValue(key.Number, out var found)) return ReplyKind.Late;
        if (found.Key.Nonce != key.Nonce || !found.To(server).WasSent) return ReplyKind.Unknown;
        request = found;
        return ReplyKind.Awaited;
    }
}
