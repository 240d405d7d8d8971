using System.Buffers.Binary;
using System.Security.Cryptography;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// What a request looks like on the wire: an id, an empty frame, the payload. A server's ROUTER returns what is before
/// the payload as it came, as the ZeroMQ guide's servers do, and as they do for a REQ client, whose envelope is the
/// empty frame alone.
/// </summary>
internal sealed class Envelope
{
    private const int IdBytes = 16;

    // The first half of every id: a reply to an earlier life of this process, or to another client, is not for us.
    private readonly byte[] instance = RandomNumberGenerator.GetBytes(IdBytes / 2);

    /// <summary>Sends a request; false if there is no connection yet.</summary>
    public bool TrySend(DealerSocket socket, PendingRequest request)
    {
        // NetMQ does not copy what it sends, so each array is written once and never again. Nothing but the first
        // frame can be refused: for the other frames of a message there is always room.
        var id = new byte[IdBytes];
        instance.CopyTo(id, 0);
        BinaryPrimitives.WriteInt64BigEndian(id.AsSpan(IdBytes / 2), request.Number);
        if (!TrySend(socket, id, more: true)) return false;
        TrySend(socket, [], more: true);

        var frames = request.Frames;
        for (var i = 0; i < frames.Length; i++) TrySend(socket, frames[i], more: i < frames.Length - 1);
        return true;
    }

    /// <summary>The request's number, if the frame is the id of one of this client's requests.</summary>
    public bool TryRead(in Msg id, out long number)
    {
        number = 0;
        if (id.Size != IdBytes) return false;
        var bytes = id.Slice();
        if (!bytes[..(IdBytes / 2)].SequenceEqual(instance)) return false;
        number = BinaryPrimitives.ReadInt64BigEndian(bytes[(IdBytes / 2)..]);
        return true;
    }

    private static bool TrySend(DealerSocket socket, byte[] frame, bool more)
    {
        var msg = new Msg();
        msg.InitGC(frame, frame.Length);
        var sent = socket.TrySend(ref msg, TimeSpan.Zero, more);
        msg.Close();
        return sent;
    }
}
