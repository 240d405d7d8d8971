using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Fuzz.Targets;

/// <summary>The frames that nodes and clients distinguish by their content.</summary>
internal static class MessageTarget
{
    public static void Run(ReadOnlySpan<byte> frame)
    {
        if (PeerMessageCodec.TryDecode(frame, out var message))
            Check.That(PeerMessageCodec.Encode(message).AsSpan().SequenceEqual(frame), "a message has one form");
        else
            Check.That(message == default, "an invalid frame decodes to nothing");

        if (PeerMessageCodec.TryDecode(frame, out var stamped, out var stamp))
        {
            var again = new byte[PeerMessageCodec.StampedBytes];
            PeerMessageCodec.Encode(again, stamped, stamp);
            Check.That(again.AsSpan().SequenceEqual(frame), "a message with a stamp has one form");
            Check.That(stamp.Token + 1 > 0, "there is room for the next token");
        }

        var silence = TimeSpan.FromSeconds(2);
        var filter = new PeerFilter(silence, hasArbiter: false);
        var foreign = filter.Take(TimeSpan.Zero, frame, more: false, out _, out _) == PeerFrame.Foreign;
        var next = filter.Take(silence - TimeSpan.FromTicks(1), "3"u8, more: false, out _, out _);
        Check.That(next == (foreign ? PeerFrame.Foreign : PeerFrame.Message), "a foreign peer is not believed, any other is");
        Check.That(filter.Take(silence * 2, "3"u8, more: false, out _, out _) == PeerFrame.Message, "a path is accepted again after a silence");

        Check.That(RequestId.NoticeIn(frame) == RequestNotice.None || !RequestId.IsIn(frame), "a frame is a notice or an id");
        if (!RequestId.IsIn(frame)) return;
        foreach (var notice in (RequestNotice[])[RequestNotice.Rejected, RequestNotice.Failed, RequestNotice.Received])
        {
            var id = frame.ToArray();
            RequestId.TurnInto(notice, id);
            Check.That(RequestId.NoticeIn(id) == notice, "an id can be made a notice");
        }
    }
}
