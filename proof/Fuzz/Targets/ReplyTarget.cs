using NetMQ.HighAvailability.Clients;
using NetMQ.HighAvailability.Common;

namespace NetMQ.HighAvailability.Fuzz.Targets;

/// <summary>What a server may send to a client: any messages of any frames. Their bytes have a target of their own, client-null.</summary>
internal static class ReplyTarget
{
    public static void Run(ReadOnlySpan<byte> bytes)
    {
        var input = new Input(bytes);
        while (!input.IsEmpty) Take(ref input);
    }

    // Each frame: its length, in the highest bit whether more of the message follow, its bytes.
    private static void Take(ref Input input)
    {
        ReadOnlySpan<byte> first = default, second = default;
        var frames = 0;
        bool more;
        do
        {
            var head = input.Byte();
            var frame = input.Bytes(head & 0x7f);
            if (frames == 0) first = frame;
            else if (frames == 1) second = frame;
            frames++;
            more = (head & 0x80) != 0 && !input.IsEmpty;
        }
        while (more);

        var take = ReplyReader.Classify(frames, first, second, out var reply);
        Check.That(take != Clients.Take.Nothing, "a message is something");
        Check.That(take != Clients.Take.Reply || (frames > 2 && second.IsEmpty && reply.Notice == RequestNotice.None), "a reply has its id, an empty frame and a payload");
        Check.That(take != Clients.Take.Notice || (frames == 1 && reply.Notice != RequestNotice.None && first.Length == RequestId.Bytes), "a notice is an id alone");
    }
}
