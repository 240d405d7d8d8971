namespace NetMQ.HighAvailability.Nodes.Voting;

/// <summary>
/// Where clients send their requests. Each message is a vote; the node's loop decides whether it is <see cref="Handle">handled</see> or
/// <see cref="Refuse">refused</see>. On the poller's thread, once <see cref="Attach"/>ed.
/// </summary>
internal abstract class Voter : IRequestChannel, IDisposable
{
    // How long replies that are still queued at the end are sent in the background.
    protected static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    /// <summary>Where it is bound, with the port that the system chose if it was 0.</summary>
    public abstract string Endpoint { get; }

    public abstract ZmqSocketType Type { get; }

    /// <summary>Reads one request and answers it.</summary>
    public Action Handler { get; set; } = static () => { };

    /// <summary>Called when a reply is begun outside the handler and of a turn; it should be finished in the same callback.</summary>
    public Action OnBegunOutside { get; set; } = static () => { };

    /// <summary>Called with the number of frames of a reply that could not be routed to a client. On the poller's thread, inside a handler or not.</summary>
    public Action<int> OnUndeliverable { get; set; } = static _ => { };

    public abstract bool IsClosed { get; }

    /// <summary>While true, requests wait unread.</summary>
    public abstract bool IsHeld { get; set; }

    /// <summary>While true, what is sent outside of the handler leaves at the turn's end, with all the rest.</summary>
    public bool IsInTurn { get; set; }

    public abstract bool HasMore { get; }

    /// <summary>Whether a reply was begun and not finished.</summary>
    public abstract bool HasUnfinishedReply { get; }

    public abstract void Attach(NetMQPoller poller, Action onReady);

    /// <summary>Takes the next request, if there is one; its client is known then, and whether it wants notices.</summary>
    public abstract bool TryTake();

    /// <summary>Runs the handler on the request that was taken; what the handler leaves unread is discarded.</summary>
    /// <returns>A fault, if the handler left an unfinished reply. <see cref="Abandon"/> the request then, as after an exception.</returns>
    /// <exception cref="Exception">Whatever the handler threw.</exception>
    public abstract InvalidOperationException? Handle();

    /// <summary>Gives up the request on which the handler failed, and notifies a client that wants notices.</summary>
    public abstract void Abandon();

    /// <summary>Discards the request that was taken, and notifies a client that wants notices.</summary>
    public abstract void Refuse();

    /// <summary>Discards a reply that was begun outside the handler and not finished.</summary>
    public abstract InvalidOperationException DiscardUnfinishedReply();

    /// <summary>Sends the replies that have been written.</summary>
    public virtual void Flush()
    {
    }

    /// <summary>Once a turn, at its end: sends what is left, and looks after the connections.</summary>
    public virtual void EndTurn(TimeSpan now)
    {
    }

    /// <summary>Gives the handler the next frame of its request; after the last, false, or an exception if the caller would wait.</summary>
    public abstract bool TryReceive(ref Msg msg, TimeSpan timeout);

    /// <inheritdoc cref="VoterSocket.TryReceive(out ReadOnlySpan{byte})"/>
    public abstract bool TryReceive(out ReadOnlySpan<byte> frame);

    /// <summary>
    /// Sends a frame, or holds it until the last frame of its message is there. After the voter has closed, replies are dropped,
    /// as a ROUTER does for disconnected clients.
    /// </summary>
    public abstract bool TrySend(ref Msg msg, TimeSpan timeout, bool more);

    /// <inheritdoc cref="VoterSocket.TrySend(ReadOnlySpan{byte}, bool)"/>
    public abstract bool TrySend(ReadOnlySpan<byte> frame, bool more);

    public abstract void Dispose();

    /// <exception cref="ArgumentException">The type cannot be a voter; the message says why.</exception>
    public static void Check(ZmqSocketType type)
    {
        var reason = type switch
        {
            ZmqSocketType.Router or ZmqSocketType.Dealer or ZmqSocketType.Pull or ZmqSocketType.Sub => null,
            ZmqSocketType.Rep => "it must answer every request before it can receive the next, so a rejected request would block it: use Router, which serves Req clients as well",
            ZmqSocketType.Req => "it receives only replies to its own requests: use Router or Dealer",
            ZmqSocketType.Pub or ZmqSocketType.Push => "it cannot receive: use Router, Dealer, Pull or Sub",
            _ => "only Router, Dealer, Pull and Sub are supported",
        };
        if (reason is not null) throw new ArgumentException($"A {type} socket cannot be a voter: {reason}.", nameof(type));
    }

    protected static InvalidOperationException NothingToRead(bool wasRead) => new(wasRead
        ? "The handler has already read the last frame of its request. It is called once for each request and reads that one alone."
        : "There is no request to read. Requests are read inside the handler, on the poller's thread.");

    protected static InvalidOperationException Unfinished(int frames, string what) => new(
        $"{what} {frames} frame(s) of a reply but not its last one, so nothing of it was sent. Each frame went out with \"more\" (SendMoreFrame): "
        + "end the reply with SendFrame or SendFrameEmpty, or send it as a whole with SendMultipartMessage.");
}
