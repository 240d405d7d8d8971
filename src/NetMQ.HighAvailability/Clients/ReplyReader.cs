using NetMQ.HighAvailability.Common;

namespace NetMQ.HighAvailability.Clients;

/// <summary>What <see cref="ReplyReader.TryTake"/> found.</summary>
internal enum Take : byte
{
    Nothing,
    Reply,   // the caller reads or skips its payload
    Notice,  // has no payload
    Garbage, // has been discarded
}

/// <summary>Reads one server's messages, each to its end. Their content is not trusted.</summary>
internal sealed class ReplyReader(IReceivingSocket socket, int maxReplyBytes) : IDisposable
{
    private readonly List<byte[]> frames = [];
    private Msg msg = NewMsg();

    /// <summary>Reads the next message up to its payload.</summary>
    public Take TryTake(out ReplyHead head)
    {
        head = default;
        if (!socket.TryReceive(ref msg, TimeSpan.Zero)) return Take.Nothing;

        if (Envelope.TryRead(msg, out head))
        {
            var isNotice = head.Notice != RequestNotice.None;
            if (isNotice && !msg.HasMore) return Take.Notice;
            if (!isNotice && Next() && msg.Size == 0 && msg.HasMore) return Take.Reply;
        }

        Skip();
        return Take.Garbage;
    }

    /// <summary>The payload's frames, in a list that is valid until the next call; null if they are larger than allowed.</summary>
    public List<byte[]>? Read()
    {
        frames.Clear();
        long size = 0;
        while (Next())
        {
            size += msg.Size;
            if (size > maxReplyBytes) frames.Clear();
            else frames.Add(msg.Slice().ToArray());
        }

        return size > maxReplyBytes ? null : frames;
    }

    /// <summary>Discards the rest of the message.</summary>
    public void Skip()
    {
        while (Next())
        {
        }
    }

    public void Dispose() => msg.Close();

    // NetMQ delivers messages whole: there is nothing to wait for.
    private bool Next() => msg.HasMore && socket.TryReceive(ref msg, TimeSpan.Zero);

    private static Msg NewMsg()
    {
        var msg = new Msg();
        msg.InitEmpty();
        return msg;
    }
}
