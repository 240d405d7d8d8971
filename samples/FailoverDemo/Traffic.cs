using System.Buffers.Binary;
using System.Diagnostics;
using NetMQ.HighAvailability;

namespace FailoverDemo;

/// <summary>
/// A client that never rests: it sends numbered requests, the next as soon as the last is answered. Which server to ask,
/// and when the other, is the library's business.
/// </summary>
internal sealed class Traffic : IAsyncDisposable
{
    private readonly BinaryStarClient client;
    private readonly Lock gate = new();
    private readonly CancellationTokenSource over = new();
    private Task asking = Task.CompletedTask;
    private Tally tally = new();

    public Traffic(Pair pair)
    {
        client = new BinaryStarClient(new BinaryStarClientOptions
        {
            Servers = [.. pair.Servers.Select(server => server.Voter)],
            ServerTimeout = Pair.FailoverTimeout,
            SettleTime = Pair.FailoverTimeout,
            RequestTimeout = TimeSpan.FromSeconds(10),
        });
    }

    /// <summary>The voter of the server that answered last. Any thread.</summary>
    public string? ServedBy => client.CurrentServer;

    /// <summary>Told which voter has answered a request where another did before, and how long that request waited. On the thread pool.</summary>
    public event Action<string, TimeSpan>? ServerChanged;

    public void Start() => asking = Task.Run(AskAsync);

    /// <summary>What happened since the last call. Any thread.</summary>
    public Tally TakeTally()
    {
        lock (gate)
        {
            var taken = tally;
            tally = new Tally();
            return taken;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await asking;
        await client.DisposeAsync();
        over.Dispose();
    }

    private async Task AskAsync()
    {
        string? servedBy = null;
        for (var number = 0; !over.IsCancellationRequested; number++)
        {
            var request = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(request, number);
            var asked = Stopwatch.GetTimestamp();
            try
            {
                var reply = await client.RequestAsync(request, over.Token);
                var waited = Stopwatch.GetElapsedTime(asked);
                var switched = client.CurrentServer != servedBy;
                Note(reply.AsSpan().SequenceEqual(request), waited, switched);
                if (!switched) continue;
                servedBy = client.CurrentServer!;
                ServerChanged?.Invoke(servedBy, waited);
            }
            catch (RequestTimeoutException)
            {
                Note(answered: false, Stopwatch.GetElapsedTime(asked), switched: false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Note(bool answered, TimeSpan waited, bool switched)
    {
        lock (gate)
        {
            if (answered) tally.Answered++;
            else tally.Lost++;
            if (waited > tally.LongestWait) tally.LongestWait = waited;
            if (switched && waited > tally.SwitchWait) tally.SwitchWait = waited;
        }
    }
}
