using System.Net;
using System.Net.Sockets;

namespace NetMQ.HighAvailability.Connections;

/// <summary>
/// Wakes the poller's thread from another one: a datagram from a loopback socket to itself, which nobody else can send to. It depends on
/// the kernel alone.
/// </summary>
internal sealed class LoopSignal : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
    private NetMQPoller? poller;
    private int raised;

    public LoopSignal()
    {
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Connect(socket.LocalEndPoint!);
    }

    /// <summary>What to do on the poller's thread after it was raised.</summary>
    public event Action? Raised;

    public void Attach(NetMQPoller poller)
    {
        this.poller = poller;
        poller.Add(socket, _ =>
        {
            Lower();
            Raised?.Invoke();
        });
    }

    /// <summary>Any thread.</summary>
    public void Raise()
    {
        if (Interlocked.Exchange(ref raised, 1) == 1) return;
        try
        {
            socket.Send([0], SocketFlags.None, out var error);
            if (error != SocketError.Success) Volatile.Write(ref raised, 0); // or nobody would raise it any more
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended.
        }
    }

    public void Dispose()
    {
        if (poller is { IsDisposed: false }) poller.Remove(socket);
        socket.Dispose();
    }

    private void Lower()
    {
        Span<byte> datagram = stackalloc byte[1];
        socket.Receive(datagram, SocketFlags.None, out _);
        Interlocked.Exchange(ref raised, 0); // seen by all before the looking: what comes now raises it again
    }
}
