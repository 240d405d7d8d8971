using System.Buffers.Binary;
using System.Diagnostics;
using Benchmarks.Common;
using NetMQ.HighAvailability;
using Processes;

namespace Benchmarks.Client;

/// <summary>What callers notice when the active server is killed: how long nobody is answered, and whether all are, right.</summary>
internal static class FailoverBenchmark
{
    private const int Callers = 64;
    private const int TargetMedianMs = 15;
    private const int TargetMaxMs = 80;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    // So that the wait for an answer is measured and not the wait for a processor.
    // A different time each, or one timer would wake all callers together and its period count as a part of the gap.
    private const int LongestThink = 9; // milliseconds

    public static async Task Run(int kills, Report report, FileInfo? native, FileInfo? plot)
    {
        using var pair = new EchoPair(PairTiming.Default, detectCrash: true, native);
        pair.WaitUntilWhole();
        await using var client = pair.NewClient();
        Sample gaps = new(), losses = new(), searches = new();
        long killed = 0;
        client.ServerChanged += (_, change) =>
        {
            var since = Volatile.Read(ref killed);
            if (since == 0) return; // the first server is found, not lost
            searches.Add(change.Duration.TotalMilliseconds);
            losses.Add((Stopwatch.GetElapsedTime(since) - change.Duration).TotalMilliseconds);
        };
        var watch = new GapWatch();
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(() => Ask(client, caller, watch, stop.Token))).ToList();
        await Task.Delay(2000);

        for (var i = 1; i <= kills; i++)
        {
            var victim = pair.WaitUntilWhole();
            watch.Take();
            Volatile.Write(ref killed, Stopwatch.GetTimestamp());
            Signals.SendKill(pair.Nodes[victim].Id);
            await Until.TrueAsync(() => client.CurrentServer == pair.Voters[1 - victim], Limit, () => "the client had turned to the other server");
            await Task.Delay(50);
            gaps.Add(watch.Take().TotalMilliseconds);
            if (i % 10 == 0 || gaps.Values[^1] > TargetMaxMs) Console.WriteLine($"kill {i} of {kills}: {gaps.Values[^1]:0.0} ms");

            pair.Nodes[victim].WaitForExit(Limit);
            await Task.Delay(300); // as a supervisor would: half a heartbeat
            pair.Nodes[victim].Start();
            pair.WaitUntilWhole();
            await Task.Delay(1000);
        }

        await stop.CancelAsync();
        var answered = (await Task.WhenAll(callers)).Sum();
        var status = client.Status;
        var table = new Table($"{kills} SIGKILLs of the active server under {Callers} callers, crash detection, ms", "part of the gap", "count", "min", "median", "p90", "max");
        (string Name, Sample Sample)[] parts = [("all of it: nobody is answered", gaps), ("from the kill to the connection's loss", losses), ("from there to the first answer", searches)];
        foreach (var (name, sample) in parts) table.Add(name, sample.Count, sample.Quantile(0), sample.Median, sample.Quantile(0.9), sample.Max);
        report.Add(table);
        report.Summarise($"gap {gaps.Median:0.0}/{gaps.Max:0.0} ms (median/max of {kills})");
        report.Summarise($"{answered} requests, each answered once and right, {status.Retransmissions} sent again, {status.LateReplies} late replies dropped, {status.TimedOut} timed out");
        report.Target(status.TimedOut == 0 && gaps.Median <= TargetMedianMs && gaps.Max <= TargetMaxMs, $"{TargetMedianMs}/{TargetMaxMs} ms, none timed out");
        if (plot is not null) Plots.Histograms(plot, "BinaryStarClient, SIGKILL", "ms", parts);
    }

    /// <returns>How many requests were answered; a wrong or missing answer is an exception.</returns>
    private static async Task<long> Ask(BinaryStarClient client, int caller, GapWatch watch, CancellationToken stop)
    {
        var request = new byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(request, caller);
        for (long number = 0; ; number++)
        {
            if (stop.IsCancellationRequested) return number;
            BinaryPrimitives.WriteInt64LittleEndian(request.AsSpan(8), number);
            var reply = await client.RequestAsync(request, CancellationToken.None);
            watch.Answered();
            if (!reply.AsSpan().SequenceEqual(request)) throw new InvalidOperationException($"caller {caller} got another's reply to its request {number}");
            await Task.Delay(Random.Shared.Next(1, LongestThink + 1), CancellationToken.None);
        }
    }
}
