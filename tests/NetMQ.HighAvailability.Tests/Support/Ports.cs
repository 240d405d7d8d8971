using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace NetMQ.HighAvailability.Tests.Support;

/// <summary>Free loopback ports, below the range that the system hands out by itself, each given once in this process.</summary>
internal static class Ports
{
    private const int First = 12_000;
    private const int Count = 18_000;
    private static int next = Random.Shared.Next(Count);

    public static int Free()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref next) % Count);
            if (IsFree(port)) return port;
        }
    }

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Any, port) { ExclusiveAddressUse = true };
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public static bool IsListening(int port) =>
        IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == port);
}
