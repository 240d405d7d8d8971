namespace NetMQ.HighAvailability.Nodes.Voting;

/// <summary>A request that was written down, for a unit test of a handler: no socket, no thread, and what is sent is kept.</summary>
internal sealed class RecordedRequest : IRequestChannel
{
    private readonly Queue<byte[]> frames;
    private readonly List<NetMQMessage> sent = [];
    private NetMQMessage reply = new();

    // ToByteArray gives the very buffer of the frame.
    public RecordedRequest(NetMQMessage request) => frames = new Queue<byte[]>(request.Select(frame => frame.ToByteArray().ToArray()));

    public IReadOnlyList<NetMQMessage> Sent => sent;

    public bool HasMore => frames.Count > 0;

    public bool TryReceive(ref Msg msg, TimeSpan timeout)
    {
        if (!frames.TryDequeue(out var frame))
        {
            if (timeout >= TimeSpan.Zero) return false;
            throw new InvalidOperationException("The handler has already read the last frame of its request. It is called once for each request and reads that one alone.");
        }

        if (msg.IsInitialised) msg.Close();
        msg.InitGC(frame, frame.Length);
        if (HasMore) msg.SetFlags(MsgFlags.More);
        return true;
    }

    public bool TryReceive(out ReadOnlySpan<byte> frame)
    {
        var found = frames.TryDequeue(out var bytes);
        frame = bytes;
        return found;
    }

    public bool TrySend(ref Msg msg, TimeSpan timeout, bool more)
    {
        if (!msg.IsInitialised) throw new ArgumentException("The frame is not initialised: call one of Msg's Init methods before sending it.", nameof(msg));
        TrySend(msg.Slice(), more);
        msg.Close();
        msg.InitEmpty();
        return true;
    }

    public bool TrySend(ReadOnlySpan<byte> frame, bool more)
    {
        reply.Append(frame.ToArray());
        if (more) return true;
        sent.Add(reply);
        reply = new NetMQMessage();
        return true;
    }
}
