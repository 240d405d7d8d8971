using System.Buffers.Binary;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Wire;

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

    /// <summary>Writes a request, without its payload, which must follow.</summary>
    public static void Write(WireConnection wire, RequestKey key, bool asksForReceipt)
    {
        Span<byte> id = stackalloc byte[RequestId.Bytes];
        RequestId.Mark(id, asksForReceipt);
        BinaryPrimitives.WriteInt64BigEndian(id[NumberAt..], key.Number);
        BinaryPrimitives.WriteInt64BigEndian(id[NonceAt..], key.Nonce);
        wire.WriteFrame(id, more: true);
        wire.WriteFrame([], more: true);
    }

    /// <summary>Reads a message's first frame, if it has the form of an id or of a notice.</summary>
    public static bool TryRead(ReadOnlySpan<byte> id, out ReplyHead head)
    {
        head = default;
        var notice = RequestId.NoticeIn(id);
        if (notice == RequestNotice.None && !RequestId.IsIn(id)) return false;
        var key = new RequestKey(BinaryPrimitives.ReadInt64BigEndian(id[NumberAt..]), BinaryPrimitives.ReadInt64BigEndian(id[NonceAt..]));
        head = new ReplyHead(key, notice, RequestId.WantsReceipt(id));
        return true;
    }
}

/// <summary>The first frame of a server's message.</summary>
/// <param name="Key">The request that it is about.</param>
/// <param name="Notice">None if it is the reply.</param>
/// <param name="AskedForReceipt">Whether the copy of the request that it replies to asked for one.</param>
internal readonly record struct ReplyHead(RequestKey Key, RequestNotice Notice, bool AskedForReceipt);
