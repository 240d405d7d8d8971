using System.Buffers.Binary;
using NetMQ.HighAvailability.Common;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// A request on the wire: an id, an empty frame, the payload. A server's ROUTER returns what is before the payload
/// unchanged, as the ZeroMQ guide's servers do, and as they do for a REQ client, whose envelope is the
/// empty frame alone. A voter of this library also sends the id alone, as a <see cref="RequestNotice"/>.
/// </summary>
internal static class Envelope
{
    // An id: the mark, the request's number and its nonce.
    private const int NumberAt = RequestId.MarkBytes;
    private const int NonceAt = NumberAt + sizeof(long);

    /// <summary>Sends a request; false if there is no connection yet.</summary>
    public static bool TrySend(DealerSocket socket, PendingRequest request, bool asksForReceipt)
    {
        // NetMQ does not copy what it sends, so each array is written once and never again. Only the
        // first frame can be refused: there is always room for the rest of a message.
        if (!TrySend(socket, Id(request.Tracker.Key, asksForReceipt), more: true)) return false;
        TrySend(socket, [], more: true);
        request.SendPayload(socket);
        return true;
    }

    /// <summary>A request's first frame.</summary>
    public static byte[] Id(RequestKey key, bool asksForReceipt)
    {
        var id = new byte[RequestId.Bytes];
        RequestId.Mark(id, asksForReceipt);
        BinaryPrimitives.WriteInt64BigEndian(id.AsSpan(NumberAt), key.Number);
        BinaryPrimitives.WriteInt64BigEndian(id.AsSpan(NonceAt), key.Nonce);
        return id;
    }

    /// <summary>Reads a message's first frame, if it has the form of an id or of a notice.</summary>
    public static bool TryRead(in Msg frame, out ReplyHead head)
    {
        head = default;
        var id = frame.Slice();
        var notice = RequestId.NoticeIn(id);
        if (notice == RequestNotice.None && !RequestId.IsIn(id)) return false;
        var key = new RequestKey(BinaryPrimitives.ReadInt64BigEndian(id[NumberAt..]), BinaryPrimitives.ReadInt64BigEndian(id[NonceAt..]));
        head = new ReplyHead(key, notice, RequestId.WantsReceipt(id));
        return true;
    }

    /// <summary>Sends a frame without copying it; the array must never be written to again.</summary>
    public static bool TrySend(DealerSocket socket, byte[] frame, bool more)
    {
        var msg = new Msg();
        msg.InitGC(frame, frame.Length);
        var sent = socket.TrySend(ref msg, TimeSpan.Zero, more);
        msg.Close();
        return sent;
    }
}

/// <summary>The first frame of a server's message.</summary>
/// <param name="Key">The request that it is about.</param>
/// <param name="Notice">None if it is the reply.</param>
/// <param name="AskedForReceipt">Whether the copy of the request that it replies to asked for one.</param>
internal readonly record struct ReplyHead(RequestKey Key, RequestNotice Notice, bool AskedForReceipt);
