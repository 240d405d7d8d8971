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
