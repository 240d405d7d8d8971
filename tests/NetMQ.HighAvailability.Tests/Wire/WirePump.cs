using System.Net;
using System.Net.Sockets;
using NetMQ.HighAvailability.Fuzz.Wire;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Wire;

/// <summary>Moves bytes between an end and a blocking socket, as little as that takes.</summary>
internal sealed class WirePump : IDisposable
{
    private const int LimitMs = 30_000; // so generous that only a defect reaches it

    private readonly Socket socket;
    private readonly byte[] chunk = new byte[1 << 16];

    private WirePump(Socket socket, WireEnd end)
    {
        this.socket = socket;
        End = end;
        socket.NoDelay = true;
        socket.ReceiveTimeout = LimitMs;
        socket.SendTimeout = LimitMs;
    }

    public WireEnd End { get; }

    public static WirePump Connected(int port, WireEnd end)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        return new WirePump(socket, end);
    }

    public static WirePump Accepted(TcpListener listener, WireEnd end)
    {
        Wait.Until(listener.Pending, "the peer to connect");
        return new WirePump(listener.AcceptSocket(), end);
    }

    /// <summary>Sends what is to be sent.</summary>
    public void Flush() => socket.Send(End.Send());

    /// <summary>Sends and receives until the condition holds, or the connection is over.</summary>
    public void Until(Func<bool> condition)
    {
        Flush();
        while (!condition() && End.Fault == default)
        {
            var received = socket.Receive(chunk);
            if (received == 0) throw new InvalidOperationException("The peer has closed the connection.");
            End.Receive(chunk.AsSpan(0, received));
            Flush();
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        End.Dispose();
    }
}
