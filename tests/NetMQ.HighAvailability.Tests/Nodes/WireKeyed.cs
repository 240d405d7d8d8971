using System.Net.Sockets;
using System.Text;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>One end of a connection with keys: the library's own protocol, driven by hand over a blocking socket.</summary>
internal sealed class WireKeyed : IDisposable
{
    private readonly WireEnd end;
    private readonly Mechanism mechanism;
    private readonly WireConnection wire;
    private readonly byte[] input = new byte[65_536];
    private readonly Between? between;
    private int length;

    private WireKeyed(WireEnd end, SocketKind kind, Mechanism mechanism, Between? between = null)
    {
        this.between = between;
        if (between is { AlterSent: not null } or { AlterReceived: not null }) end.Socket.ReceiveTimeout = 200; // both may wait for the rest
        this.end = end;
        this.mechanism = mechanism;
        wire = new WireConnection(kind, mechanism, new WireLimits(1 << 20, 1024));
    }

    public WireEnd End => end;

    /// <summary>What seals the frames after the handshake.</summary>
    public CurveSession Session => mechanism.Session!;

    /// <summary>Connects and completes the handshake; null if the other side closes the connection instead.</summary>
    public static WireKeyed? TryConnect(int port, SocketKind kind, CurveKeyPair own, byte[] server, Between? between = null)
    {
        var keyed = new WireKeyed(WireEnd.To(port), kind, new CurveClient(Metadata.Write(kind, []), own, server), between);
        if (keyed.Next(out _) == WireItem.Ready) return keyed;
        keyed.Dispose();
        return null;
    }

    /// <summary>The server's side of a connection that was accepted; null likewise.</summary>
    public static WireKeyed? TryAccept(Socket accepted, SocketKind kind, CurveKeyPair own)
    {
        var keyed = new WireKeyed(new WireEnd(accepted), kind, new CurveServer(Metadata.Write(kind, []), own, isAllowed: null));
        if (keyed.Next(out _) == WireItem.Ready) return keyed;
        keyed.Dispose();
        return null;
    }

    public static WireKeyed Client(int port, byte[] server) =>
        TryConnect(port, SocketKind.Dealer, CurveKeyPair.New(), server) ?? throw new IOException("The handshake was not completed.");

    /// <summary>The bytes of a sealed frame, or command.</summary>
    public byte[] Sealed(byte[] body, bool more = false, bool isCommand = false)
    {
        using var output = new OutputBuffer();
        Session.Seal(output, body, more, isCommand);
        return output.Waiting.ToArray();
    }

    public void Subscribe()
    {
        wire.WriteSubscription([]);
        Flush();
    }

    public void Send(params byte[][] frames)
    {
        for (var i = 0; i < frames.Length; i++) wire.WriteFrame(frames[i], more: i < frames.Length - 1);
        Flush();
    }

    /// <summary>The body of the next frame; null at the connection's end.</summary>
    public byte[]? Read() => Next(out var body) == WireItem.Frame ? body : null;

    public bool Ask(string text)
    {
        Send([], Encoding.ASCII.GetBytes(text));
        return Read() is [] && Read() is { } body && Encoding.ASCII.GetString(body) == text;
    }

    public void Dispose()
    {
        wire.Dispose();
        end.Dispose();
    }

    private void Flush()
    {
        var bytes = wire.Output.Waiting.ToArray();
        between?.Pass(bytes, sent: true);
        end.Send(bytes);
        wire.Output.Consume(wire.Output.Length);
    }

    private WireItem Next(out byte[] body)
    {
        body = [];
        while (true)
        {
            Flush();
            var item = wire.Read(input.AsSpan(0, length), out var frame);
            if (item == WireItem.Frame) body = input.AsSpan(frame.Start, frame.Length).ToArray();
            input.AsSpan(frame.Taken, length - frame.Taken).CopyTo(input);
            length -= frame.Taken;
            if (item == WireItem.Ready) Flush();
            if (item is not (WireItem.Progress or WireItem.Incomplete)) return item;
            if (item == WireItem.Progress) continue;

            var read = 0;
            try
            {
                read = end.Socket.Receive(input.AsSpan(length));
            }
            catch (SocketException)
            {
                // As if it were closed.
            }

            if (read == 0) return WireItem.Fault;
            between?.Pass(input.AsSpan(length, read), sent: false);
            length += read;
        }
    }

    /// <summary>Whoever sits in the middle of a connection: records all, and may alter one byte.</summary>
    internal sealed class Between
    {
        private readonly List<byte> recorded = [];
        private int received;

        /// <summary>Which byte of this end's to alter, counted from the connection's start.</summary>
        public int? AlterSent { get; init; }

        /// <summary>Which byte of the other end's to alter.</summary>
        public int? AlterReceived { get; init; }

        /// <summary>All that this end has sent.</summary>
        public byte[] Recorded => [.. recorded];

        public int Received => received;

        public void Pass(Span<byte> bytes, bool sent)
        {
            var at = (sent ? AlterSent - recorded.Count : AlterReceived - received) ?? -1;
            if (at >= 0 && at < bytes.Length) bytes[at] ^= (byte)(1 << (at % 8));
            if (sent) recorded.AddRange(bytes);
            else received += bytes.Length;
        }
    }
}
