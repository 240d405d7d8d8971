using System.Net;
using System.Net.Sockets;

namespace Processes;

/// <summary>Ports of the loopback interface that nobody listens on.</summary>
public static class FreePorts
{
    // Below the range from which systems take the ports of outgoing connections: while a server is down, no client's
    // connection attempt can end up holding the very port that the server is about to bind again.
    private const int Lowest = 15_000;
    private const int Highest = 32_000;

    public static int[] Take(int count)
    {
        // Held until all are found, so that none is given twice.
        var held = new List<TcpListener>();
        try
        {
            while (held.Count < count)
            {
                var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(Lowest, Highest));
                try
                {
                    listener.Start();
                    held.Add(listener);
                }
                catch (SocketException)
                {
                    listener.Dispose();
                }
            }

            return [.. held.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            held.ForEach(listener => listener.Dispose());
        }
    }
}
