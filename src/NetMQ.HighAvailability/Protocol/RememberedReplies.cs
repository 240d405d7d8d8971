namespace NetMQ.HighAvailability.Protocol;

/// <summary>
/// Which requests are in progress, and the latest replies, by the requests' ids: one that comes again is not executed again. As many
/// as allowed, by number and bytes; the oldest reply goes first.
/// </summary>
/// <typeparam name="TRequest">A request in progress.</typeparam>
/// <typeparam name="TReply">A reply.</typeparam>
internal sealed class RememberedReplies<TRequest, TReply>(int most, long mostBytes)
    where TRequest : class
{
    private readonly Dictionary<Guid, (TRequest? InProgress, TReply? Reply, long Bytes)> known = [];
    private readonly Queue<Guid> answered = new(); // the oldest first

    /// <summary>How many bytes the replies have together.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether that request is known.</summary>
    /// <param name="id">The request's id.</param>
    /// <param name="inProgress">The request itself, if it is not answered yet.</param>
    /// <param name="reply">The reply otherwise.</param>
    public bool TryFind(Guid id, out TRequest? inProgress, out TReply? reply)
    {
        var found = known.TryGetValue(id, out var entry);
        (inProgress, reply, _) = entry;
        return found;
    }

    /// <summary>A request that is not known is in progress from here on.</summary>
    public void Begin(Guid id, TRequest request) => known.Add(id, (request, default, 0));

    /// <summary>It was executed, and this is the reply.</summary>
    public void Answered(Guid id, TReply reply, long bytes)
    {
        known.Remove(id);
        if (bytes > mostBytes) return;
        known.Add(id, (null, reply, bytes));
        answered.Enqueue(id);
        Bytes += bytes;
        while (answered.Count > most || Bytes > mostBytes)
        {
            known.Remove(answered.Dequeue(), out var oldest);
            Bytes -= oldest.Bytes;
        }
    }

    /// <summary>It was not executed, or not in full: if it comes again, it is a new one.</summary>
    public void Forget(Guid id) => known.Remove(id);
}
