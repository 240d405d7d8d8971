using NetMQ.HighAvailability.Clients;

namespace NetMQ.HighAvailability.Fuzz.Targets;

/// <summary>What a server may send to a client: any messages of any frames.</summary>
internal static class ReplyTarget
{
    public const int MaxReplyBytes = 64;

    public static void Run(ReadOnlySpan<byte> bytes)
    {
        var server = new Server();
        var input = new Input(bytes);
        while (!input.IsEmpty)
        {
            // A frame: its length, in the highest bit whether more of the message follow, its bytes.
            var head = input.Byte();
            server.Send(input.Bytes(head & 0x7f).ToArray(), more: (head & 0x80) != 0 && !input.IsEmpty);
        }

        using var reader = new ReplyReader(server, MaxReplyBytes);
        for (var messages = server.Messages; messages > 0; messages--)
        {
            var take = reader.TryTake(out var head);
            Check.That(take != Take.Nothing, "a message that is there is taken");
            if (take == Take.Reply)
            {
                var size = server.SizeOfRest;
                if ((head.Key.Number & 1) == 0) reader.Skip();
                else Check.That((reader.Read() is { } frames ? frames.Sum(frame => (long)frame.Length) : -1) == (size > MaxReplyBytes ? -1 : size), "a payload is given whole, unless it is too large");
            }

            Check.That(server.IsBetweenMessages, "each message is taken to its end and no further");
        }

        Check.That(reader.TryTake(out _) == Take.Nothing, "nothing is made up");
    }

    /// <summary>Stands in for the socket.</summary>
    private sealed class Server : IReceivingSocket
    {
        private readonly Queue<(byte[] Frame, bool More)> frames = new();

        public int Messages { get; private set; }

        public bool IsBetweenMessages { get; private set; } = true;

        public int SizeOfRest
        {
            get
            {
                var size = 0;
                foreach (var (frame, more) in frames)
                {
                    size += frame.Length;
                    if (!more) break;
                }

                return size;
            }
        }

        public void Send(byte[] frame, bool more)
        {
            frames.Enqueue((frame, more));
            if (!more) Messages++;
        }

        public bool TryReceive(ref Msg msg, TimeSpan timeout)
        {
            if (!frames.TryDequeue(out var next)) return false;
            msg.Close();
            msg.InitGC(next.Frame, next.Frame.Length);
            if (next.More) msg.SetFlags(MsgFlags.More);
            IsBetweenMessages = !next.More;
            return true;
        }
    }
}
