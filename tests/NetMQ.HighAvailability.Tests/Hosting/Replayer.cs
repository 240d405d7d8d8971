using System.Net;
using System.Net.Sockets;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>Stands between a node and its peer: forwards and records what the peer sends, and later sends it again itself.</summary>
internal sealed class Replayer : IDisposable
{
    private readonly TcpListener listener;
    private readonly CancellationTokenSource end = new();
    private readonly MemoryStream record = new();
    private readonly int peer;
    private volatile bool replaying;
    private int replays;

    public Replayer(int port, int peer)
    {
        this.peer = peer;
        listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        _ = AcceptAsync();
    }

    public int Replays => Volatile.Read(ref replays);

    public void Replay() => replaying = true;

    public void PassOn() => replaying = false;

    public void Dispose()
    {
        end.Cancel();
        listener.Dispose();
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptTcpClientAsync(end.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient node)
    {
        using var fromNode = node;
        try
        {
            if (replaying) await ReplayAsync(node.GetStream());
            else await PassOnAsync(node.GetStream());
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
        }
    }

    private async Task ReplayAsync(NetworkStream node)
    {
        byte[] recorded;
        lock (record) recorded = record.ToArray();
        await node.WriteAsync(recorded, end.Token);
        Interlocked.Increment(ref replays);
        var buffer = new byte[1024];
        while (await node.ReadAsync(buffer, end.Token) > 0)
        {
        }
    }

    private async Task PassOnAsync(NetworkStream node)
    {
        using var upstream = new TcpClient();
        await upstream.ConnectAsync(IPAddress.Loopback, peer, end.Token);
        var stream = upstream.GetStream();
        var first = await Task.WhenAny(CopyAsync(node, stream, false), CopyAsync(stream, node, true));
        await first;
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool keep)
    {
        var buffer = new byte[4096];
        for (int n; (n = await from.ReadAsync(buffer, end.Token)) > 0;)
        {
            if (keep)
            {
                lock (record) record.Write(buffer, 0, n);
            }

            await to.WriteAsync(buffer.AsMemory(0, n), end.Token);
        }
    }
}
