using NetMQ.HighAvailability.Protocol;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Transport;

/// <summary>
/// The voter socket. Each message is a vote; the reactor decides whether it is <see cref="Handle">handled</see> or
/// <see cref="Drop">dropped</see>. The first frame has been received by then, which is the cheapest way to know that a
/// message is there.
/// </summary>
internal sealed class Voter : IDisposable
{
    // Replies that are still queued at the end are sent in the background for so long.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    private readonly NetMQSocket socket;
    private readonly ZmqSocketType type;
    private NetMQPoller? poller;
    private Msg first;
    private Msg second;
    private Request request;
    private bool held;

    private enum Request
    {
        None,       // between requests
        Unread,     // the first frame waits in first
        More,       // read in part
        Read,       // read to its end
    }

    /// <exception cref="ArgumentException">The type cannot be a voter; the message says why.</exception>
    /// <exception cref="EndpointException">The endpoint cannot be bound.</exception>
    public Voter(string endpoint, ZmqSocketType type, int highWatermark, int maxFrameBytes, NetMQCertificate? keys)
    {
        this.type = type;
        socket = Create(type);
        first.InitEmpty();
        second.InitEmpty();
        try
        {
            socket.Options.Linger = Linger;
            socket.Options.SendHighWatermark = highWatermark;
            socket.Options.ReceiveHighWatermark = highWatermark;
            socket.Options.MaxMsgSize = maxFrameBytes;
            if (keys is not null)
            {
                socket.Options.CurveServer = true;
                socket.Options.CurveCertificate = keys;
            }

            Endpoint = Endpoints.Bind(socket, endpoint, "voter endpoint");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public string Endpoint { get; }

    public ZmqSocketType Type => type;

    /// <summary>Reads one request and answers it.</summary>
    public Action Handler { get; set; } = static () => { };

    public bool IsClosed => socket.IsDisposed;

    public bool HasMore => request is Request.Unread or Request.More;

    public void Attach(NetMQPoller poller, Action onReady)
    {
        this.poller = poller;
        socket.ReceiveReady += (_, _) => onReady();
        poller.Add(socket);
    }

    /// <summary>While true, requests wait unread.</summary>
    public bool IsHeld
    {
        get => held;
        set
        {
            if (value == held || IsClosed) return;
            held = value;
            if (held) poller!.Remove(socket);
            else poller!.Add(socket);
        }
    }

    /// <summary>Takes a request's first frame, if a request is there.</summary>
    public bool TryTake() => socket.TryReceive(ref first, TimeSpan.Zero);

    /// <summary>Has the request that was taken handled; what the handler leaves unread is discarded.</summary>
    public void Handle()
    {
        request = Request.Unread;
        Handler();
        if (HasMore) Drop();
        request = Request.None;
    }

    /// <summary>Discards the request that was taken, and tells a client that wants to know.</summary>
    public void Refuse()
    {
        var hasMore = first.HasMore;
        while (hasMore && socket.TryReceive(ref second, TimeSpan.Zero))
        {
            hasMore = second.HasMore;
            if (hasMore && first.Size > 0 && type == ZmqSocketType.Router && RequestId.IsIn(second.Slice())) GiveNotice();
        }
    }

    // The frame is ours alone, and goes back as it is: whoever floods this node costs it no memory.
    private void GiveNotice()
    {
        RequestId.TurnInto(RequestNotice.Rejected, second.Slice());
        socket.TrySend(ref first, TimeSpan.Zero, more: true);
        socket.TrySend(ref second, TimeSpan.Zero, more: false);
    }

    /// <summary>Discards what is left of the request that was taken: every frame of it.</summary>
    public void Drop()
    {
        if (request == Request.More) first.SetFlags(MsgFlags.More);
        while (first.HasMore && socket.TryReceive(ref first, TimeSpan.Zero))
        {
        }
    }

    /// <summary>Gives the handler the next frame of its request; false, or an exception for one who would wait, after the last.</summary>
    public bool TryReceive(ref Msg msg, TimeSpan timeout)
    {
        switch (request)
        {
            case Request.Unread:
                // Not by Msg.Move, which returns the frame's counter of references to NetMQ's pool although it goes along.
                if (msg.IsInitialised) msg.Close();
                msg = first;
                first = default;
                first.InitEmpty();
                break;
            case Request.More:
                // The frames of a message arrive together: there is nothing to wait for.
                if (!socket.TryReceive(ref msg, TimeSpan.Zero)) return false;
                break;
            default:
                if (timeout >= TimeSpan.Zero) return false;
                throw new InvalidOperationException(request == Request.Read
                    ? "The handler has already read the last frame of its request. It is called once for each request and reads that one alone."
                    : "There is no request to read. Requests are read inside the handler, on the poller's thread.");
        }

        request = msg.HasMore ? Request.More : Request.Read;
        return true;
    }

    /// <summary>To a ROUTER that is closed all clients are gone, and their replies are dropped as any other's who is.</summary>
    public bool TrySend(ref Msg msg, TimeSpan timeout, bool more) => !socket.IsDisposed && socket.TrySend(ref msg, timeout, more);

    public void Dispose()
    {
        if (socket.IsDisposed) return;
        if (poller is { IsDisposed: false } && !held) poller.Remove(socket);
        socket.Dispose();
        first.Close();
        second.Close();
    }

    private static NetMQSocket Create(ZmqSocketType type) => type switch
    {
        ZmqSocketType.Router => new RouterSocket(),
        ZmqSocketType.Dealer => new DealerSocket(),
        ZmqSocketType.Pull => new PullSocket(),
        ZmqSocketType.Sub => SubscribedToAll(),
        ZmqSocketType.Rep => throw Refused(type, "it must answer every request before it can receive the next, so a rejected request would block it: use Router, which serves Req clients as well"),
        ZmqSocketType.Req => throw Refused(type, "it receives only replies to its own requests: use Router or Dealer"),
        ZmqSocketType.Pub or ZmqSocketType.Push => throw Refused(type, "it cannot receive: use Router, Dealer, Pull or Sub"),
        _ => throw Refused(type, "only Router, Dealer, Pull and Sub are supported"),
    };

    private static SubscriberSocket SubscribedToAll()
    {
        var socket = new SubscriberSocket();
        socket.SubscribeToAnyTopic();
        return socket;
    }

    private static ArgumentException Refused(ZmqSocketType type, string reason) =>
        new($"A {type} socket cannot be a voter: {reason}.", nameof(type));
}
