using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Fuzz.Targets;

/// <summary>The frames that nodes and clients tell apart by their content.</summary>
internal static class MessageTarget
{
    public static void Run(ReadOnlySpan<byte> frame)
    {
        if (PeerMessageCodec.TryDecode(frame, out var message))
            Check.That(PeerMessageCodec.Encode(message).AsSpan().SequenceEqual(frame), "a message has one form");
        else
            Check.That(message == default, "what is no message says nothing");

        Check.That(!RejectionNotice.Is(frame) || !RejectionNotice.IsWantedBy(frame), "a frame is a notice or an id");
        if (!RejectionNotice.IsWantedBy(frame)) return;
        var notice = frame.ToArray();
        RejectionNotice.Give(notice);
        Check.That(RejectionNotice.Is(notice), "an id can be made a notice");
    }
}
