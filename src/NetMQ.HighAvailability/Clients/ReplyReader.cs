using NetMQ.HighAvailability.Common;

namespace NetMQ.HighAvailability.Clients;

/// <summary>What <see cref="ReplyReader.TryTake"/> found.</summary>
internal enum Take : byte
{
    Nothing,
    Reply,   // its payload is to be read or skipped
    Notice,  // what became of a request, and nothing more
    Garbage, // all of it has been thrown away
}

/// <summary>Reads one server's replies, each to its end. What a reply holds is not trusted.</summary>
internal sealed class ReplyReader(IReceivingSocket socket, int maxReplyBytes) : IDisposable
{
    private readonly List<byte[]> frames = [];
    private Msg msg = NewMsg();

    /// <summary>Takes the next message as far as its envelope.</summary>
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

    /// <summary>The payload's frames, valid until the next call; null, and thrown away, if they are larger than allowed.</summary>
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

    /// <summary>Throws away what is left of the message.</summary>
    public void Skip()
    {
        while (Next())
        {
        }
    }

    public void Dispose() => msg.Close();

    // The frames of a message arrive together: there is nothing to wait for.
    private bool Next() => msg.HasMore && socket.TryReceive(ref msg, TimeSpan.Zero);

    private static Msg NewMsg()
    {
        var msg = new Msg();
        msg.InitEmpty();
        return msg;
    }
}
