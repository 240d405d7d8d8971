using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Wire;
using NetMQ.HighAvailability.Connections;

namespace NetMQ.HighAvailability.Nodes.Voting;

/// <summary>
/// A ROUTER of our own, on plain sockets: a request is read where it was received, and its reply is written where it is sent from.
/// Replies leave together at the turn's end.
/// </summary>
internal sealed class RouterVoter : Voter
{
    private const int MaxHandshakes = 16; // in one call

    private readonly ListeningPort port;
    private readonly Clock clock;
    private readonly TimeSpan tick;
    private readonly byte[] id = new byte[RequestId.Bytes];
    private readonly Routes routes = new();
    private readonly bool knowsClients; // by a list of their keys
    private Connection? sender;      // of the request that was taken, as long as it is there
    private Connection? target;      // of the reply that was begun, if it can be delivered
    private int next;                // the frame of the request that is read next; 0 is the routing id
    private int replyFrames;         // of the reply that was begun
    private int replyStart;          // how much waited to be sent before it
    private bool isTaken;
    private bool isInHandler;
    private bool isForSender;
    private bool wantsNotices;
    private bool isClosed;

    /// <exception cref="EndpointException">The endpoint cannot be bound.</exception>
    public RouterVoter(TcpEndpoint endpoint, PortSettings settings, LoopSignal signal, Clock clock, TimeSpan tick, LogThrottle throttle, ILogger logger)
    {
        this.clock = clock;
        this.tick = tick;
        knowsClients = settings.Keys is not null;
        port = new ListeningPort([endpoint], settings, signal, clock, throttle, logger) { OnClosing = Forget };
        Endpoint = port.Endpoints[0].ToString();
    }

    public override string Endpoint { get; }

    public override ZmqSocketType Type => ZmqSocketType.Router;

    public override bool IsClosed => isClosed;

    public override bool IsHeld { get; set; }

    public override bool HasMore => isInHandler && isTaken && next <= FrameCount;

    public override bool HasUnfinishedReply => replyFrames > 0;

    // Without the routing id.
    private int FrameCount => sender?.FrameCount ?? 0;

    public override void Attach(NetMQPoller poller, Action onReady) => port.Attach(poller, onReady);

    public override bool TryTake()
    {
        var handshakes = 0;
        // Nothing else may be written to a client between the frames of its reply: one that a callback left unfinished is discarded first.
        while (!IsHeld && !HasUnfinishedReply && port.TryRead(out var connection, out var reading))
        {
            switch (reading)
            {
                case Reading.Ready:
                    Welcome(connection, connection.Wire.Peer.Identity);
                    if (++handshakes == MaxHandshakes) return false; // with keys each costs a fraction of a millisecond; the loop comes back to the others
                    break;
                case Reading.Message:
                    Take(connection);
                    return true;
                default:
                    connection.Done();
                    break;
            }
        }

        return false;
    }

    public override InvalidOperationException? Handle()
    {
        isInHandler = true;
        if (wantsNotices && RequestId.WantsReceipt(id))
        {
            Notify(RequestNotice.Received);
            port.Flush(); // the handler may take its time
        }

        Handler();
        if (HasUnfinishedReply) return Unfinished(replyFrames, "The handler returned after it had sent");
        EndRequest();
        return null;
    }

    public override void Abandon()
    {
        DropReply();
        if (wantsNotices) Notify(RequestNotice.Failed);
        EndRequest();
    }

    public override void Refuse()
    {
        if (wantsNotices) Notify(RequestNotice.Rejected);
        EndRequest();
    }

    public override InvalidOperationException DiscardUnfinishedReply()
    {
        var fault = Unfinished(replyFrames, "Outside the handler, a timer, queue or callback returned after it had sent");
        DropReply();
        return fault;
    }

    public override void Flush() => port.Flush(target);

    public override void EndTurn(TimeSpan now)
    {
        if (isClosed) return;
        port.Hold(IsHeld);
        port.EndTurn(now, tick, target);
    }

    public override bool TryReceive(ref Msg msg, TimeSpan timeout)
    {
        if (!TryReceive(out var frame)) return timeout >= TimeSpan.Zero ? false : throw NothingToRead(isTaken);
        if (msg.IsInitialised) msg.Close();
        msg.InitPool(frame.Length);
        frame.CopyTo(msg.Slice());
        if (HasMore) msg.SetFlags(MsgFlags.More);
        return true;
    }

    public override bool TryReceive(out ReadOnlySpan<byte> frame)
    {
        if (!HasMore)
        {
            frame = default;
            return false;
        }

        frame = next == 0 ? RoutingId(sender!) : sender!.Frame(next - 1);
        next++;
        return true;
    }

    public override bool TrySend(ref Msg msg, TimeSpan timeout, bool more)
    {
        if (!msg.IsInitialised) throw new ArgumentException("The frame is not initialised: call one of Msg's Init methods before sending it.", nameof(msg));
        if (!TrySend(msg.Slice(), more)) return false;
        msg.Close();
        msg.InitEmpty();
        return true;
    }

    public override bool TrySend(ReadOnlySpan<byte> frame, bool more)
    {
        if (isClosed) return false;
        if (replyFrames++ == 0) Begin(frame);
        else target?.Wire.WriteFrame(frame, more);

        if (!more) Finish();
        else if (replyFrames == 1 && !isInHandler && !IsInTurn) OnBegunOutside();
        return true;
    }

    public override void Dispose()
    {
        if (isClosed) return;
        DropReply();
        isClosed = true;
        sender = null;
        isTaken = false;
        port.Flush();
        port.StopListening();
        foreach (var connection in port.Connections) connection.Linger(Linger);
        port.Dispose();
    }

    private static ReadOnlySpan<byte> RoutingId(Connection connection) => (byte[])connection.Tag!;

    private void Welcome(Connection connection, byte[] identity)
    {
        if (!knowsClients || !routes.IsAnothers(connection, identity))
        {
            if (routes.Add(connection, identity) is { } former) port.Close(former);
            return;
        }

        connection.Wire.Refuse(WireFault.IdentityInUse);
        port.Close(connection);
    }

    private void Take(Connection connection)
    {
        sender = port.InUse = connection;
        isTaken = true;
        next = 0;

        // Other frames must follow the id: alone it is no request of such a client.
        wantsNotices = connection.FrameCount > 1 && RequestId.IsIn(connection.Frame(0));
        if (wantsNotices) connection.Frame(0).CopyTo(id);
    }

    private void EndRequest()
    {
        sender?.Done();
        sender = port.InUse = null;
        isTaken = isInHandler = false;
    }

    private void Begin(ReadOnlySpan<byte> routingId)
    {
        isForSender = isInHandler && sender is not null && routingId.SequenceEqual(RoutingId(sender));
        target = isForSender ? sender : routes.TryFind(routingId, out var found) ? found : null;
        if (target is null) return;
        if (!port.HasRoom(target)) target = null;
        else replyStart = target.Wire.Output.Length;
    }

    private void Finish()
    {
        var frames = replyFrames;
        var to = target;
        replyFrames = 0;
        target = null;
        if (isForSender) wantsNotices = false; // this is the answer
        if (to is not null && frames > 1)
        {
            port.MarkDirty(to);
            if (!isInHandler && !IsInTurn) port.Flush();
            return;
        }

        OnUndeliverable(frames); // a single frame is only a routing id, without content
    }

    private void DropReply()
    {
        if (replyFrames > 0) target?.Wire.Output.Truncate(replyStart);
        replyFrames = 0;
        target = null;
    }

    private void Notify(RequestNotice notice)
    {
        if (sender is null || sender == target || !port.HasRoom(sender)) return;
        Span<byte> frame = stackalloc byte[RequestId.Bytes];
        id.CopyTo(frame);
        RequestId.TurnInto(notice, frame);
        sender.Wire.WriteFrame(frame, more: false);
        port.MarkDirty(sender);
    }

    // It is about to be closed.
    private void Forget(Connection connection)
    {
        routes.Remove(connection);
        if (connection == sender) sender = null;
        if (connection == target) target = null;
    }
}
