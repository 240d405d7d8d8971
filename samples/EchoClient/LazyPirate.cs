using System.Globalization;
using NetMQ;
using NetMQ.Sockets;

namespace EchoClient;

/// <summary>
/// The Binary Star client of the ZeroMQ guide: ask one server; if it does not answer in time, close the socket, give
/// the pair time to settle, and ask the other server the same.
/// </summary>
internal sealed class LazyPirate : IDisposable
{
    // A passive server takes over only when its peer has been silent for the failover timeout, 2 s by default, and a
    // request that comes too early is dropped. A server that dies right after it got a request has been silent for
    // RequestTimeout + SettleDelay when the other one is asked: with half a second to spare over the failover
    // timeout, the first request there is the one that makes it take over.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SettleDelay = TimeSpan.FromSeconds(1.5);

    // Three for each server: enough for a pair that is just starting.
    private const int Attempts = 6;

    private readonly IReadOnlyList<string> servers;
    private readonly Action<string> report;
    private RequestSocket socket;
    private int current;

    public LazyPirate(IReadOnlyList<string> servers, Action<string> report)
    {
        this.servers = servers;
        this.report = report;
        socket = Connect();
    }

    /// <summary>The server in use.</summary>
    public string Server => servers[current];

    public int Failovers { get; private set; }

    /// <summary>Returns once the request is answered.</summary>
    public void Ask(int number, CancellationToken withdrawn)
    {
        var request = number.ToString(CultureInfo.InvariantCulture);
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            socket.SendFrame(request);
            if (socket.TryReceiveFrameString(RequestTimeout, out var reply))
            {
                if (reply != request) throw new InvalidOperationException($"{Server} answered '{reply}' to '{request}': it is not an echo server");
                return;
            }

            withdrawn.ThrowIfCancellationRequested();
            if (attempt < Attempts) FailOver(request, withdrawn);
        }

        throw new TimeoutException($"request {request} was not answered in {Attempts} attempts by any of {string.Join(", ", servers)}");
    }

    public void Dispose() => socket.Dispose();

    private void FailOver(string request, CancellationToken withdrawn)
    {
        // A REQ socket that waits for a reply can't send again; and an answer that comes after all must not be taken
        // for the answer to a later request. So it goes.
        socket.Dispose();
        report($"{request}: no answer from {Server} in {RequestTimeout.TotalSeconds:0.#} s, next is {servers[(current + 1) % servers.Count]}");
        current = (current + 1) % servers.Count;
        Failovers++;

        withdrawn.WaitHandle.WaitOne(SettleDelay);
        withdrawn.ThrowIfCancellationRequested();
        socket = Connect();
    }

    private RequestSocket Connect()
    {
        var connected = new RequestSocket();
        connected.Options.Linger = TimeSpan.Zero;
        connected.Connect(Server);
        return connected;
    }
}
