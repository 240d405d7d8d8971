using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Connections;

namespace NetMQ.HighAvailability.Clients;

/// <summary>What <see cref="ReplyReader.TryTake"/> found.</summary>
internal enum Take : byte
{
    Nothing,
    Reply,   // the caller may read its payload
    Notice,  // has no payload
    Garbage,
}

/// <summary>Reads one server's messages where they were received. Their content is not trusted.</summary>
internal sealed class ReplyReader(ServerLink link, int maxReplyBytes)
{
    private const int PayloadAt = 2; // after the id and the empty frame

    private readonly List<byte[]> frames = [];
    private Connection message = null!;

    /// <summary>Takes the next message.</summary>
    public Take TryTake(out ReplyHead head)
    {
        head = default;
        if (!link.TryRead(out message)) return Take.Nothing;
        return Classify(message.FrameCount, message.Frame(0), message.FrameCount > 1 ? message.Frame(1) : default, out head);
    }

    /// <summary>What a message of so many frames is, by its first two.</summary>
    public static Take Classify(int frames, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, out ReplyHead head)
    {
        if (!Envelope.TryRead(first, out head)) return Take.Garbage;
        if (head.Notice != RequestNotice.None) return frames == 1 ? Take.Notice : Take.Garbage;
        return frames > PayloadAt && second.IsEmpty ? Take.Reply : Take.Garbage;
    }

    /// <summary>The payload's frames, in a list that is valid until the next call; null if they are larger than allowed.</summary>
    public List<byte[]>? Read()
    {
        long size = 0;
        for (var i = PayloadAt; i < message.FrameCount; i++) size += message.Frame(i).Length;
        if (size > maxReplyBytes) return null;

        frames.Clear();
        for (var i = PayloadAt; i < message.FrameCount; i++) frames.Add(message.Frame(i).ToArray());
        return frames;
    }
}
