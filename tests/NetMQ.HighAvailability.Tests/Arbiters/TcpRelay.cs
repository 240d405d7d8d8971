using System.Net;
using System.Net.Sockets;

namespace NetMQ.HighAvailability.Tests.Arbiters;

/// <summary>A way to a server that can be frozen and cut. What was sent into a frozen one arrives later, although the sender may be gone.</summary>
internal sealed class TcpRelay(string host, int port) : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<TcpClient> connections = [];
    private TaskCompletionSource flow = Open();
    private TcpListener? listener;

    /// <summary>Where it takes connections: the same after a cut.</summary>
    public int Port { get; } = Support.Ports.Free();

    public void Freeze()
    {
        lock (gate) flow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Wake()
    {
        lock (gate) flow.TrySetResult();
    }

    /// <summary>Takes connections.</summary>
    public void Start()
    {
        var starting = new TcpListener(IPAddress.Loopback, Port);
        starting.Start();
        lock (gate) listener = starting;
        _ = AcceptAsync(starting);
    }

    /// <summary>Refuses connections, and ends those that there are.</summary>
    public void Cut()
    {
        lock (gate)
        {
            listener?.Dispose();
            foreach (var connection in connections) connection.Dispose();
            connections.Clear();
        }
    }

    public void Dispose()
    {
        Cut();
        Wake();
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync(TcpListener from)
    {
        try
        {
            while (true) _ = RelayAsync(await from.AcceptTcpClientAsync());
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient { NoDelay = true };
        near.NoDelay = true;
        lock (gate) connections.AddRange([near, far]);
        try
        {
            await far.ConnectAsync(host, port);
            await Task.WhenAll(PumpAsync(near, far), PumpAsync(far, near));
        }
        catch (Exception ended) when (ended is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // One end is gone.
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[16 * 1024];
        while (await from.GetStream().ReadAsync(buffer) is > 0 and var read)
        {
            Task mayFlow;
            lock (gate) mayFlow = flow.Task;
            await mayFlow;
            await to.GetStream().WriteAsync(buffer.AsMemory(0, read));
        }

        to.Client.Shutdown(SocketShutdown.Send);
    }
}
