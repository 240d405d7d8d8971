using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>
/// A server on a plain blocking socket, with a thread of its own: what it sends, and whether it reads, is a test's affair. One connection
/// after the other.
/// </summary>
internal sealed class RogueServer : IDisposable
{
    private readonly TcpListener listener;
    private readonly Thread thread;
    private volatile Socket? current;
    private volatile bool stopped;
    private int accepted;

    /// <param name="serve">Gets each connection and its number, from 0 on.</param>
    /// <param name="address">Of this machine.</param>
    /// <param name="port">Where it listens; any free one if null.</param>
    public RogueServer(Action<Socket, int> serve, IPAddress? address = null, int? port = null)
    {
        listener = new TcpListener(address ?? IPAddress.Loopback, port ?? Ports.Free());
        listener.Server.ReceiveBufferSize = 4096; // so that what it does not read is soon too much
        listener.Start();
        thread = new Thread(() =>
        {
            while (!stopped) ServeNext(serve);
        });
        thread.Start();
    }

    public static byte[] NullGreeting { get; } = Greeting("NULL");

    public static byte[] Ready { get; } = Command("READY", Property("Socket-Type", "ROUTER"));

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string Endpoint => $"tcp://{listener.LocalEndpoint}";

    public int Accepted => Volatile.Read(ref accepted);

    public static byte[] Greeting(string mechanism, bool asServer = false)
    {
        var greeting = new byte[64];
        (greeting[0], greeting[9], greeting[10], greeting[11]) = (0xFF, 0x7F, 3, 1);
        Encoding.ASCII.GetBytes(mechanism).CopyTo(greeting, 12);
        greeting[32] = asServer ? (byte)1 : (byte)0;
        return greeting;
    }

    public static byte[] Command(string name, params byte[] rest)
    {
        byte[] body = [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), .. rest];
        return [4, (byte)body.Length, .. body];
    }

    public static byte[] Property(string name, string value) => Property(name, value.Length, value);

    /// <summary>A property that may lie about the length of its value.</summary>
    public static byte[] Property(string name, int length, string value)
    {
        var claimed = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(claimed, length);
        return [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), .. claimed, .. Encoding.ASCII.GetBytes(value)];
    }

    /// <summary>As a socket of some kind without security.</summary>
    public static void Greet(Socket socket, string kind = "ROUTER")
    {
        socket.Send([.. NullGreeting, .. Command("READY", Property("Socket-Type", kind))]);
        ReadExactly(socket, 64);
        ReadFrame(socket);
    }

    /// <summary>The next frame, as it came.</summary>
    public static byte[] ReadFrame(Socket socket)
    {
        var start = ReadExactly(socket, 2);
        if ((start[0] & 2) == 0) return [.. start, .. ReadExactly(socket, start[1])];
        byte[] header = [.. start, .. ReadExactly(socket, 7)];
        return [.. header, .. ReadExactly(socket, (int)BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(1)))];
    }

    /// <summary>The next message, with the headers of its frames.</summary>
    public static byte[] ReadMessage(Socket socket)
    {
        var message = new List<byte>();
        while (true)
        {
            var frame = ReadFrame(socket);
            message.AddRange(frame);
            if ((frame[0] & 1) == 0) return [.. message];
        }
    }

    /// <summary>Behaves, until the connection ends.</summary>
    public static void Echo(Socket socket)
    {
        while (true) socket.Send(ReadMessage(socket));
    }

    /// <summary>Reads until the client ends the connection; what came.</summary>
    public static byte[] ReadToEnd(Socket socket)
    {
        var all = new List<byte>();
        var chunk = new byte[4096];
        try
        {
            while (socket.Receive(chunk) is > 0 and var count) all.AddRange(chunk[..count]);
        }
        catch (SocketException)
        {
            // Also an end.
        }

        return [.. all];
    }

    public static byte[] ReadExactly(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var received = socket.Receive(bytes, read, count - read, SocketFlags.None);
            if (received == 0) throw new SocketException((int)SocketError.ConnectionReset);
            read += received;
        }

        return bytes;
    }

    public void Dispose()
    {
        stopped = true;
        listener.Stop();
        current?.Dispose();
        thread.Join();
    }

    private void ServeNext(Action<Socket, int> serve)
    {
        try
        {
            using var socket = listener.AcceptSocket();
            current = socket;
            if (stopped) return;
            socket.NoDelay = true;
            serve(socket, Interlocked.Increment(ref accepted) - 1);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection has ended, or the test.
        }
    }
}
