using NetMQ.HighAvailability.Common;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Nodes.Voting;

/// <summary>
/// A voter on one of NetMQ's own sockets. By the time that a request is judged its first frame has been received, which is the
/// cheapest way to find out that there is a message, and a ROUTER's second, which shows whether the client wants notices about it.
/// </summary>
internal sealed class SocketVoter : Voter
{
    private readonly NetMQSocket socket;
    private readonly ZmqSocketType type;
    private readonly ReplyBuffer reply = new();
    private readonly RequestSender sender = new();
    private NetMQPoller? poller;
    private Msg first;
    private Msg second; // of a ROUTER: the frame after the routing id
    private Msg rest;
    private Msg lent; // the frame that the handler reads in place
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
    public SocketVoter(string endpoint, ZmqSocketType type, int highWatermark, int maxFrameBytes, NetMQCertificate? keys)
    {
        this.type = type;
        socket = Create(type);
        first.InitEmpty();
        second.InitEmpty();
        rest.InitEmpty();
        lent.InitEmpty();
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

    public override string Endpoint { get; }

    public override ZmqSocketType Type => type;

    public override bool IsClosed => socket.IsDisposed;

    public override bool HasMore => request is Request.Unread or Request.Second or Request.More;

    public override bool HasUnfinishedReply => reply.Count > 0;

    public override void Attach(NetMQPoller poller, Action onReady)
    {
        this.poller = poller;
        socket.ReceiveReady += (_, _) => onReady();
        poller.Add(socket);
    }

    public override bool IsHeld
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

    public override bool TryTake()
    {
        if (held || !socket.TryReceive(ref first, TimeSpan.Zero)) return false;
        if (type != ZmqSocketType.Router) return true;

        // The frames of a message arrive together: there is no need to wait.
        hasSecond = first.HasMore && socket.TryReceive(ref second, TimeSpan.Zero);
        sender.Remember(first.Slice(), hasSecond && second.HasMore ? second.Slice() : default);
        return true;
    }

    public override InvalidOperationException? Handle()
    {
        request = Request.Unread;
        if (sender.WantsReceipt) Notify(RequestNotice.Received);
        Handler();
        SkipRest();
        request = Request.None;
        return HasUnfinishedReply ? Unfinished(reply.Count, "The handler returned after it had sent") : null;
    }

    public override void Abandon()
    {
        SkipRest();
        reply.Clear();
        if (sender.WantsNotices) Notify(RequestNotice.Failed);
        request = Request.None;
    }

    public override InvalidOperationException DiscardUnfinishedReply()
    {
        var fault = Unfinished(reply.Count, "Outside the handler, a timer, queue or callback returned after it had sent");
        reply.Clear();
        return fault;
    }

    public override void Refuse()
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

    public override bool TryReceive(ref Msg msg, TimeSpan timeout)
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
                return timeout >= TimeSpan.Zero ? false : throw NothingToRead(request == Request.Read);
        }

        request = !msg.HasMore ? Request.Read : hasSecond ? Request.Second : Request.More;
        return true;
    }

    public override bool TrySend(ref Msg msg, TimeSpan timeout, bool more)
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

    public override bool TryReceive(out ReadOnlySpan<byte> frame)
    {
        var found = TryReceive(ref lent, TimeSpan.Zero);
        frame = found ? lent.Slice() : default;
        return found;
    }

    public override bool TrySend(ReadOnlySpan<byte> frame, bool more)
    {
        var msg = default(Msg);
        msg.InitPool(frame.Length);
        frame.CopyTo(msg.Slice());
        var sent = TrySend(ref msg, TimeSpan.Zero, more);
        msg.Close();
        return sent;
    }

    public override void Dispose()
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
            lent.Close();
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
        if (reply.Count == 1 && request == Request.None && !IsInTurn) OnBegunOutside();
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

    private static NetMQSocket Create(ZmqSocketType type) => type switch
    {
        ZmqSocketType.Router => new RouterSocket(),
        ZmqSocketType.Dealer => new DealerSocket(),
        ZmqSocketType.Pull => new PullSocket(),
        ZmqSocketType.Sub => SubscribedToAll(),
        _ => SubscribedToAll(),
    };

    private static SubscriberSocket SubscribedToAll()
    {
        var socket = new SubscriberSocket();
        socket.SubscribeToAnyTopic();
        return socket;
    }
}
