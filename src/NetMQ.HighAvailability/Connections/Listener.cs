using System.Net;
using System.Net.Sockets;
using NetMQ.HighAvailability.Common;

namespace NetMQ.HighAvailability.Connections;

/// <summary>How TCP sockets are set up here.</summary>
internal static class Listener
{
    // A peer that has vanished is found out by the kernel: after a minute of silence it asks, three times.
    private const int KeepAliveSeconds = 60;
    private const int KeepAliveInterval = 10;
    private const int KeepAliveAttempts = 3;

    /// <exception cref="EndpointException">The endpoint cannot be bound.</exception>
    public static Socket Bind(TcpEndpoint endpoint, string what, int backlog)
    {
        try
        {
            foreach (var address in Addresses(endpoint))
            {
                var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    if (address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
                    socket.Blocking = false;
                    socket.Bind(new IPEndPoint(address, endpoint.Port));
                    socket.Listen(backlog);
                    return socket;
                }
                catch (SocketException) when (endpoint.Host == "*" && address.Equals(IPAddress.IPv6Any))
                {
                    socket.Dispose(); // a machine without IPv6; or the port is taken, as the next attempt will tell
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new EndpointException(endpoint.ToString(), $"The {what} '{endpoint}' is in use: stop whatever listens there, or choose another port.", e);
        }
        catch (SocketException e) when (e.SocketErrorCode != SocketError.TooManyOpenSockets)
        {
            throw new EndpointException(endpoint.ToString(), $"The {what} '{endpoint}' cannot be bound ({e.SocketErrorCode}): its host must be an address or interface of this machine, or *.", e);
        }

        throw new EndpointException(endpoint.ToString(), $"The {what} '{endpoint}' cannot be bound: its host has no address.", null);
    }

    /// <summary>A connection that never blocks, sends at once, and notices that its peer has vanished.</summary>
    public static Socket Prepare(Socket socket)
    {
        socket.Blocking = false;
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveInterval);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveAttempts);
        return socket;
    }

    private static IPAddress[] Addresses(TcpEndpoint endpoint)
    {
        if (endpoint.Host == "*") return Socket.OSSupportsIPv6 ? [IPAddress.IPv6Any, IPAddress.Any] : [IPAddress.Any];
        return endpoint.Address is { } address ? [address] : Dns.GetHostAddresses(endpoint.Host)[..1];
    }
}
