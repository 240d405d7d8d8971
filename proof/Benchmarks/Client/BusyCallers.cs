using NetMQ.HighAvailability;

namespace Benchmarks.Client;

/// <summary>Callers of one client that never rest, until told to stop.</summary>
internal sealed class BusyCallers(BinaryStarClient client, int count) : IAsyncDisposable
{
    public const int PayloadBytes = 64;

    private readonly CancellationTokenSource stop = new();
    private Task[] callers = [];

    public void Start() => callers = [.. Enumerable.Range(0, count).Select(_ => Task.Run(Ask))];

    /// <summary>Ends when the last answer has come; a wrong or missing one is an exception.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(callers);
        stop.Dispose();
    }

    private async Task Ask()
    {
        var payload = new byte[PayloadBytes];
        while (!stop.IsCancellationRequested)
        {
            var reply = await client.RequestAsync(payload, CancellationToken.None);
            if (reply.Length != PayloadBytes) throw new InvalidOperationException($"{reply.Length} bytes came back of {PayloadBytes}");
        }
    }
}
