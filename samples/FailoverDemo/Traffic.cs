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
        client.ServerChanged += (_, change) => ServerChanged?.Invoke(change.Current, change.Took);
    }

    /// <summary>The voter of the server that answered last. Any thread.</summary>
    public string? ServedBy => client.CurrentServer;

    /// <summary>Told which voter answers now, and how long requests waited for it. On the thread pool.</summary>
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
        for (var number = 0; !over.IsCancellationRequested; number++)
        {
            var request = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(request, number);
            var asked = Stopwatch.GetTimestamp();
            try
            {
                var reply = await client.RequestAsync(request, over.Token);
                Note(reply.AsSpan().SequenceEqual(request), Stopwatch.GetElapsedTime(asked));
            }
            catch (RequestTimeoutException)
            {
                Note(answered: false, Stopwatch.GetElapsedTime(asked));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Note(bool answered, TimeSpan waited)
    {
        lock (gate)
        {
            if (answered) tally.Answered++;
            else tally.Lost++;
            if (waited > tally.LongestWait) tally.LongestWait = waited;
        }
    }
}
