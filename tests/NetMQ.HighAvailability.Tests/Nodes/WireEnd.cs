using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>One end of a TCP connection whose every byte a test decides. Blocks; needs no thread of the pool.</summary>
internal sealed class WireEnd : IDisposable
{
    private const int Patience = 30_000;

    private readonly Socket socket;

    public WireEnd(Socket socket)
    {
        this.socket = socket;
        socket.NoDelay = true;
        socket.ReceiveTimeout = Patience;
        socket.SendTimeout = Patience;
    }

    public Socket Socket => socket;

    public static WireEnd To(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        return new WireEnd(socket);
    }

    /// <summary>A client of a voter without keys, served as soon as the node serves anybody.</summary>
    public static WireEnd Client(int port, params byte[] identity) => To(port).Shake("DEALER", identity);

    public static byte[] Greeting(string mechanism = "NULL", byte asServer = 0, byte major = 3, byte minor = 1)
    {
        var greeting = new byte[64];
        (greeting[0], greeting[9], greeting[10], greeting[11], greeting[32]) = (0xFF, 0x7F, major, minor, asServer);
        Encoding.ASCII.GetBytes(mechanism).CopyTo(greeting, 12);
        return greeting;
    }

    public static byte[] Ready(string type, params byte[] identity) => Command("READY", [.. Property("Socket-Type", Encoding.ASCII.GetBytes(type)), .. Property("Identity", identity)]);

    public static byte[] Property(string name, byte[] value) => [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), .. Length(4, value.Length), .. value];

    public static byte[] Command(string name, params byte[] rest) => Command([(byte)name.Length, .. Encoding.ASCII.GetBytes(name), .. rest]);

    public static byte[] Command(byte[] body) => WithLength(4, body);

    public static byte[] Frame(byte[] body, bool more = false) => WithLength(more ? 1 : 0, body);

    /// <summary>The start of a frame whose body does not follow.</summary>
    public static byte[] Announced(long length, byte flags = 2) => [flags, .. Length(8, length)];

    public static byte[] Request(params byte[][] frames) => [.. frames.SelectMany((frame, i) => Frame(frame, more: i < frames.Length - 1))];

    /// <summary>Sends as much as the other side takes before it closes the connection.</summary>
    public WireEnd Send(params byte[] bytes)
    {
        TrySend(bytes);
        return this;
    }

    /// <returns>False if it is closed, or takes nothing.</returns>
    public bool TrySend(byte[] bytes)
    {
        try
        {
            socket.Send(bytes);
            return true;
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            return false;
        }
    }

    /// <summary>Sends all that a handshake without keys takes, and reads the other side's.</summary>
    public WireEnd Shake(string type, params byte[] identity)
    {
        Send([.. Greeting(), .. Ready(type, identity)]);
        if (ReadBytes(64) is null || ReadFrame() is null) throw new IOException("The handshake was not completed.");
        return this;
    }

    /// <summary>The next frame's flags and body; null at the connection's end.</summary>
    public (byte Flags, byte[] Body)? ReadFrame()
    {
        if (ReadBytes(1) is not [var flags]) return null;
        if (ReadBytes((flags & 2) != 0 ? 8 : 1) is not { } length) return null;
        var bytes = length.Aggregate(0L, (sum, next) => (sum << 8) | next);
        return ReadBytes((int)bytes) is { } body ? (flags, body) : null;
    }

    /// <summary>The frames of the next message; null at the connection's end.</summary>
    public byte[][]? ReadMessage()
    {
        var frames = new List<byte[]>();
        while (ReadFrame() is var (flags, body))
        {
            frames.Add(body);
            if ((flags & 1) == 0) return [.. frames];
        }

        return null;
    }

    /// <summary>Sends a request and reads its answer.</summary>
    public bool Ask(string text) => Send(Request([], Encoding.ASCII.GetBytes(text))).ReadMessage() is [[], var body] && Encoding.ASCII.GetString(body) == text;

    /// <summary>Reads on until the other side has closed the connection; false if it does not.</summary>
    public bool IsClosed()
    {
        var sink = new byte[65_536];
        try
        {
            while (socket.Receive(sink) > 0)
            {
            }

            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted;
        }
    }

    public void Dispose() => socket.Dispose();

    /// <summary>So many bytes; null if the connection ends before.</summary>
    public byte[]? ReadBytes(int count)
    {
        var bytes = new byte[count];
        try
        {
            for (var read = 0; read < count;)
            {
                var n = socket.Receive(bytes.AsSpan(read));
                if (n == 0) return null;
                read += n;
            }

            return bytes;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            return null;
        }
    }

    private static byte[] WithLength(int flags, byte[] body) =>
        body.Length > 255 ? [(byte)(flags | 2), .. Length(8, body.Length), .. body] : [(byte)flags, (byte)body.Length, .. body];

    private static byte[] Length(int bytes, long value)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(length, value);
        return length[^bytes..];
    }
}
