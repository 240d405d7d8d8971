using NetMQ.HighAvailability.Common;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Nodes.Voting;

/// <summary>
/// The voter socket. Each message is a vote; the node's loop decides whether it is <see cref="Handle">handled</see> or
/// <see cref="Refuse">refused</see>. By then its first frame has been received, which is the cheapest way to find out that
/// there is a message, and a ROUTER's second, which shows whether the client wants notices about its request.
/// </summary>
internal sealed class Voter : IRequestChannel, IDisposable
{
    // How long replies that are still queued at the end are sent in the background.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    private readonly NetMQSocket socket;
    private readonly ZmqSocketType type;
    private readonly ReplyBuffer reply = new();
    private readonly RequestSender sender = new();
    private NetMQPoller? poller;
    private Msg first;
    private Msg second; // of a ROUTER: the frame after the routing id
    private Msg rest;
    private Request request;
    private bool hasSecond;
    private bool mandatory;
    private bool held;

    private enum Request
    {
        None,       // between requests
        Unread,     // the first frame waits in first
        Second,     // the second frame waits in second
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
        rest.InitEmpty();
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

            Endpoint = EndpointBinder.Bind(socket, endpoint, "voter endpoint");
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

    /// <summary>Called when a reply is begun outside the handler; it should be finished in the same callback.</summary>
    public Action OnBegunOutside { get; set; } = static () => { };

    /// <summary>Called with the number of frames of a reply that could not be routed to a client. On the poller's thread, inside a handler or not.</summary>
    public Action<int> OnUndeliverable { get; set; } = static _ => { };

    public bool IsClosed => socket.IsDisposed;

    public bool HasMore => request is Request.Unread or Request.Second or Request.More;

    /// <summary>Whether a reply was begun and not finished.</summary>
    public bool HasUnfinishedReply => reply.Count > 0;

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

    /// <summary>Takes the beginning of a request, if there is one: the first frame, of a ROUTER the first two.</summary>
    public bool TryTake()
    {
        if (!socket.TryReceive(ref first, TimeSpan.Zero)) return false;
        if (type != ZmqSocketType.Router) return true;

        // The frames of a message arrive together: there is no need to wait.
        hasSecond = first.HasMore && socket.TryReceive(ref second, TimeSpan.Zero);
        sender.Remember(first.Slice(), hasSecond && second.HasMore ? second.Slice() : default);
        return true;
    }

    /// <summary>Runs the handler on the request that was taken; what the handler leaves unread is discarded.</summary>
    /// <returns>A fault, if the handler left an unfinished reply. <see cref="Abandon"/> the request then, as after an exception.</returns>
    /// <exception cref="Exception">Whatever the handler threw.</exception>
    public InvalidOperationException? Handle()
    {
        request = Request.Unread;
        if (sender.WantsReceipt) Notify(RequestNotice.Received);
        Handler();
        SkipRest();
        request = Request.None;
        return HasUnfinishedReply ? Unfinished("The handler returned after it had sent") : null;
    }

    /// <summary>Gives up the request on which the handler failed, and notifies a client that wants notices.</summary>
    public void Abandon()
    {
        SkipRest();
        reply.Clear();
        if (sender.WantsNotices) Notify(RequestNotice.Failed);
        request = Request.None;
    }

    /// <summary>Discards a reply that was begun outside the handler and not finished.</summary>
    public InvalidOperationException DiscardUnfinishedReply()
    {
        var fault = Unfinished("Outside the handler, a timer, queue or callback returned after it had sent");
        reply.Clear();
        return fault;
    }

    /// <summary>Discards the request that was taken, and notifies a client that wants notices.</summary>
    public void Refuse()
    {
        request = Request.Unread;
        SkipRest();
        request = Request.None;
        if (!sender.WantsNotices) return;

        // Both frames are ours alone and are returned unchanged: a flood of requests costs no memory.
        SetMandatory(false);
        RequestId.TurnInto(RequestNotice.Rejected, second.Slice());
        socket.TrySend(ref first, TimeSpan.Zero, more: true);
        socket.TrySend(ref second, TimeSpan.Zero, more: false);
    }

    /// <summary>Gives the handler the next frame of its request; after the last, false, or an exception if the caller would wait.</summary>
    public bool TryReceive(ref Msg msg, TimeSpan timeout)
    {
        switch (request)
        {
            case Request.Unread:
                Give(ref first, ref msg);
                break;
            case Request.Second:
                Give(ref second, ref msg);
                hasSecond = false;
                break;
            case Request.More:
                if (!socket.TryReceive(ref msg, TimeSpan.Zero)) return false;
                break;
            default:
                if (timeout >= TimeSpan.Zero) return false;
                throw new InvalidOperationException(request == Request.Read
                    ? "The handler has already read the last frame of its request. It is called once for each request and reads that one alone."
                    : "There is no request to read. Requests are read inside the handler, on the poller's thread.");
        }

        request = !msg.HasMore ? Request.Read : hasSecond ? Request.Second : Request.More;
        return true;
    }

    /// <summary>
    /// Sends a frame, or holds it until the last frame of its message is there. After the voter has closed, replies are dropped,
    /// as a ROUTER does for disconnected clients.
    /// </summary>
    public bool TrySend(ref Msg msg, TimeSpan timeout, bool more)
    {
        if (socket.IsDisposed) return false;
        if (type != ZmqSocketType.Router && reply.Count == 0)
        {
            if (!more || type != ZmqSocketType.Dealer) return socket.TrySend(ref msg, timeout, more); // PULL and SUB throw
            if (!HasRoom(timeout)) return false;
        }

        if (more) Keep(ref msg);
        else if (type == ZmqSocketType.Router) SendToClient(ref msg);
        else reply.TrySend(socket, ref msg);
        return true;
    }

    public void Dispose()
    {
        if (socket.IsDisposed) return;
        try
        {
            if (poller is { IsDisposed: false } && !held) poller.Remove(socket);
        }
        finally
        {
            first.Close();
            second.Close();
            rest.Close();
            reply.Clear();
            socket.Dispose();
        }
    }

    private static void Give(ref Msg frame, ref Msg msg)
    {
        // Not by Msg.Move, which returns the frame's reference counter to NetMQ's pool although the counter moves too.
        if (msg.IsInitialised) msg.Close();
        msg = frame;
        frame = default;
        frame.InitEmpty();
    }

    private void Keep(ref Msg msg)
    {
        reply.Add(ref msg);
        if (reply.Count == 1 && request == Request.None) OnBegunOutside();
    }

    // What the handler has not read of its request.
    private void SkipRest()
    {
        var more = request switch
        {
            Request.Unread => hasSecond ? second.HasMore : first.HasMore,
            Request.Second => second.HasMore,
            Request.More => true,
            _ => false,
        };
        while (more && socket.TryReceive(ref rest, TimeSpan.Zero)) more = rest.HasMore;
        hasSecond = false;
        if (request != Request.None) request = Request.Read;
    }

    // A ROUTER drops messages for a client that it does not know, unless it is mandatory. The client of the current request may
    // just have disconnected, which is no fault; any other reply that cannot be routed is one.
    private void SendToClient(ref Msg last)
    {
        var frames = reply.Count + 1;
        var isForSender = reply.Count > 0 && request != Request.None && sender.Is(reply.First);
        if (isForSender) sender.WantsNotices = false; // this is the answer
        try
        {
            SetMandatory(!isForSender);
            reply.TrySend(socket, ref last);
            if (frames > 1) return; // a single frame is only a routing id, without content
        }
        catch (HostUnreachableException)
        {
        }

        OnUndeliverable(frames);
    }

    // Setting the option costs more than remembering its value.
    private void SetMandatory(bool value)
    {
        if (value == mandatory) return;
        socket.Options.RouterMandatory = value;
        mandatory = value;
    }

    private void Notify(RequestNotice notice)
    {
        SetMandatory(false);
        sender.Notify(socket, notice);
    }

    private bool HasRoom(TimeSpan timeout) => timeout == TimeSpan.Zero ? socket.HasOut : (socket.Poll(PollEvents.PollOut, timeout) & PollEvents.PollOut) != 0;

    private InvalidOperationException Unfinished(string what) => new(
        $"{what} {reply.Count} frame(s) of a reply but not its last one, so nothing of it was sent. Each frame went out with \"more\" (SendMoreFrame): "
        + "end the reply with SendFrame or SendFrameEmpty, or send it as a whole with SendMultipartMessage.");

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
