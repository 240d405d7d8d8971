using System.Buffers;
using System.Buffers.Binary;
using NetMQ.HighAvailability.Nodes.Voting;

namespace NetMQ.HighAvailability.Nodes.Requests;

/// <summary>
/// Copies a request out of a ROUTER, and divides it: the envelope is the routing id and everything up to and with the first empty frame, or the
/// routing id alone if there is none. On the poller's thread.
/// </summary>
internal sealed class RequestReader(IRequestChannel router)
{
    private const int KeptBytes = 256 * 1024;

    private readonly List<int> lengths = [];
    private ArrayBufferWriter<byte> frames = new();

    /// <summary>Reads the present request.</summary>
    public VoterRequest Read(BinaryStarTerm term)
    {
        lengths.Clear();
        frames.ResetWrittenCount();
        var envelope = 1;
        var size = 0;
        while (router.TryReceive(out ReadOnlySpan<byte> frame))
        {
            if (frame.IsEmpty && envelope == 1 && lengths.Count > 0) envelope = lengths.Count + 1;
            lengths.Add(frame.Length);
            frames.Write(frame);
            size += frame.Length;
        }

        var envelopeBytes = envelope * VoterRequest.LengthBytes;
        for (var i = 0; i < envelope; i++) envelopeBytes += lengths[i];
        var bytes = GC.AllocateUninitializedArray<byte>(size + envelope * VoterRequest.LengthBytes);
        var from = frames.WrittenSpan;
        var to = bytes.AsSpan();
        for (var i = 0; i < envelope; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(to, lengths[i]);
            from[..lengths[i]].CopyTo(to[VoterRequest.LengthBytes..]);
            from = from[lengths[i]..];
            to = to[(VoterRequest.LengthBytes + lengths[i])..];
        }

        from.CopyTo(to);
        var isOne = lengths.Count == envelope + 1;
        var request = new VoterRequest(bytes, envelopeBytes, isOne ? null : [.. lengths.Skip(envelope)], term);
        if (frames.Capacity > KeptBytes) frames = new ArrayBufferWriter<byte>();
        return request;
    }
}
