using System.Buffers.Binary;
using System.Security.Cryptography;
using NetMQ.HighAvailability.Protocol;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// What a request looks like on the wire: an id, an empty frame, the payload. A server's ROUTER returns what is before
/// the payload as it came, as the ZeroMQ guide's servers do, and as they do for a REQ client, whose envelope is the
/// empty frame alone. A voter of this library that drops the request says so with a <see cref="RequestNotice"/>.
/// </summary>
internal sealed class Envelope(byte[] instance)
{
    // An id: the mark, eight bytes of this client's own, so that a reply to an earlier life of the process or to another
    // client is not for us, and the request's number.
    private const int NumberAt = RequestId.MarkBytes + InstanceBytes;
    private const int InstanceBytes = 8;

    public Envelope()
        : this(RandomNumberGenerator.GetBytes(InstanceBytes))
    {
    }

    /// <summary>Sends a request; false if there is no connection yet.</summary>
    public bool TrySend(DealerSocket socket, PendingRequest request)
    {
        // NetMQ does not copy what it sends, so each array is written once and never again. Nothing but the first
        // frame can be refused: for the other frames of a message there is always room.
        var id = new byte[RequestId.Bytes];
        RequestId.Mark(id);
        instance.CopyTo(id, RequestId.MarkBytes);
        BinaryPrimitives.WriteInt64BigEndian(id.AsSpan(NumberAt), request.Number);
        if (!TrySend(socket, id, more: true)) return false;
        TrySend(socket, [], more: true);
        request.SendPayload(socket);
        return true;
    }

    /// <summary>The request's number, if the frame is the id of one of this client's requests or the notice of one.</summary>
    public bool TryRead(in Msg frame, out long number, out bool isNotice)
    {
        number = 0;
        var id = frame.Slice();
        isNotice = RequestId.NoticeIn(id) == RequestNotice.Rejected;
        if (!isNotice && !RequestId.IsIn(id)) return false;
        if (!id[RequestId.MarkBytes..NumberAt].SequenceEqual(instance)) return false;
        number = BinaryPrimitives.ReadInt64BigEndian(id[NumberAt..]);
        return true;
    }

    /// <summary>Sends a frame as it is; the array must never be written to again.</summary>
    public static bool TrySend(DealerSocket socket, byte[] frame, bool more)
    {
        var msg = new Msg();
        msg.InitGC(frame, frame.Length);
        var sent = socket.TrySend(ref msg, TimeSpan.Zero, more);
        msg.Close();
        return sent;
    }
}
