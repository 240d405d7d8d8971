using System.Net;
using System.Net.Sockets;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>
/// An address whose port answers no connection attempt, as that of a machine that is gone: its queue of connections is
/// full, and Linux then drops further attempts.
/// </summary>
internal sealed class SilentListener : IDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> queued = [];

    public SilentListener(int port)
    {
        var endpoint = new IPEndPoint(Address, port);
        listener.Bind(endpoint);
        listener.Listen(0);
        for (var i = 0; i < 4; i++)
        {
            queued.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false });
            try
            {
                queued[i].Connect(endpoint);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // It is on its way.
            }
        }
    }

    public IPAddress Address { get; } = IPAddress.Parse("127.0.0.3");

    public void Dispose()
    {
        queued.ForEach(socket => socket.Dispose());
        listener.Dispose();
    }
}
