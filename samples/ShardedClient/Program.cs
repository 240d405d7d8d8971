// A client of several echo pairs: each key belongs to one of them, and a failover of one pair delays its own keys alone.
//
//     dotnet run --project samples/ShardedClient -- --pair east=tcp://localhost:5001,tcp://localhost:5002 --pair west=tcp://localhost:6001,tcp://localhost:6002

using System.Runtime.InteropServices;
using System.Text;
using ShardedClient;

return CommandLine.Run(args, async settings =>
{
    using var end = new CancellationTokenSource();
    using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
    using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);

    await using var shards = new Shards(settings.Pairs);
    shards.ServerChanged += (pair, change) => Console.WriteLine(change.PreviousServer is null
        ? $"{pair}: {change.NewServer} answers"
        : $"{pair}: {change.NewServer} answers instead of {change.PreviousServer} ({change.Reason}), {change.Duration.TotalMilliseconds:0.0} ms later");

    var answered = 0;

    // Each key has its own turn: one that waits for a failover keeps no other waiting. A fault of one ends all.
    var asking = Enumerable.Range(1, settings.Keys).Select(number => AskAsync($"key-{number}")).ToList();
    try
    {
        await foreach (var asked in Task.WhenEach(asking)) await asked;
    }
    finally
    {
        await end.CancelAsync();
        await Task.WhenAll(asking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Console.WriteLine($"{answered} requests answered");
    }

    async Task AskAsync(string key)
    {
        try
        {
            for (var number = 1; settings.Count is not { } count || number <= count; number++)
            {
                var request = Encoding.UTF8.GetBytes($"{key} {number}");
                var start = TimeProvider.System.GetTimestamp();
                var (reply, pair, server) = await shards.RequestAsync(key, request, end.Token);
                if (!reply.AsSpan().SequenceEqual(request)) throw new InvalidOperationException($"{server} did not send back '{key} {number}': it is not an echo server");

                Interlocked.Increment(ref answered);
                Console.WriteLine($"{key}: {number} answered by {pair} at {server} after {TimeProvider.System.GetElapsedTime(start).TotalMilliseconds:0.0} ms");
                if (number != settings.Count) await Task.Delay(settings.Interval, end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Interrupted with a request unanswered: it was not lost, it was withdrawn.
        }
    }

    void Interrupt(PosixSignalContext signal)
    {
        signal.Cancel = true;
        end.Cancel();
    }
});
