using System.Buffers.Binary;
using System.Diagnostics;
using HdrHistogram;
using NetMQ.HighAvailability;

namespace ClientBenchmarks;

/// <summary>What callers notice when the active server is killed: how long nobody is answered, and whether all are, right.</summary>
internal static class Failover
{
    private const int Callers = 64;
    // So that the wait for an answer is measured and not the wait for a processor.
    private static readonly TimeSpan Think = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan TargetMedian = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan TargetMax = TimeSpan.FromMilliseconds(80);

    public static async Task<bool> Run(int kills)
    {
        using var pair = EchoPair.Started();
        await using var client = pair.NewClient();
        var gaps = new LongHistogram(60_000_000, 3);
        var searches = new LongHistogram(60_000_000, 3);
        var losses = new LongHistogram(60_000_000, 3);
        long killed = 0;
        client.ServerChanged += (_, change) =>
        {
            searches.RecordValue((long)change.Took.TotalMicroseconds);
            if (killed != 0) losses.RecordValue((long)(Stopwatch.GetElapsedTime(killed) - change.Took).TotalMicroseconds);
        };
        var watch = new Watch();
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(() => Ask(client, caller, watch, stop.Token))).ToList();
        await Task.Delay(2000);
        searches.Reset();

        for (var i = 1; i <= kills; i++)
        {
            var active = pair.Active;
            watch.Reset();
            killed = Stopwatch.GetTimestamp();
            pair.Kill(active);
            while (client.CurrentServer != pair.Voters[1 - active]) await Task.Delay(1);
            await Task.Delay(50);
            var gap = watch.Longest;
            gaps.RecordValue((long)gap.TotalMicroseconds);
            if (i % 10 == 0 || gap > TargetMax) Console.WriteLine($"kill {i,3}: {gap.TotalMilliseconds:0.0} ms; so far {Text(gaps)}");

            pair.WaitForExit(active);
            await Task.Delay(300); // as a supervisor would: half a heartbeat
            pair.Start(active);
            pair.WaitFor(active, "passive");
            await Task.Delay(1000);
        }

        await stop.CancelAsync();
        var answered = (await Task.WhenAll(callers)).Sum();
        var status = client.Status;
        Console.WriteLine($"{kills} kills, {Callers} callers: gap {Text(gaps)}");
        Console.WriteLine($"of it from the kill to the connection's loss: {Text(losses)}");
        Console.WriteLine($"of it from the connection's loss to the first answer: {Text(searches)}");
        Console.WriteLine($"{answered} requests, each answered once and right; {status.Resends} sent again, {status.LateReplies} late replies dropped, {status.TimedOut} timed out");
        return status.TimedOut == 0
            && gaps.GetValueAtPercentile(50) <= TargetMedian.TotalMicroseconds && gaps.GetMaxValue() <= TargetMax.TotalMicroseconds;
    }

    /// <returns>How many requests were answered; a wrong or missing answer is an exception.</returns>
    private static async Task<long> Ask(BinaryStarClient client, int caller, Watch watch, CancellationToken stop)
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
            await Task.Delay(Think, CancellationToken.None);
        }
    }

    private static string Text(LongHistogram gaps) =>
        $"min {gaps.GetValueAtPercentile(0) / 1000.0:0.0}, median {gaps.GetValueAtPercentile(50) / 1000.0:0.0}, p90 {gaps.GetValueAtPercentile(90) / 1000.0:0.0}, max {gaps.GetMaxValue() / 1000.0:0.0} ms";

    /// <summary>The longest time in which no caller was answered.</summary>
    private sealed class Watch
    {
        private readonly Lock gate = new();
        private long last = Stopwatch.GetTimestamp();
        private TimeSpan longest;

        public TimeSpan Longest
        {
            get
            {
                lock (gate) return longest;
            }
        }

        public void Reset()
        {
            lock (gate) longest = TimeSpan.Zero;
        }

        public void Answered()
        {
            lock (gate)
            {
                var now = Stopwatch.GetTimestamp();
                var gap = Stopwatch.GetElapsedTime(last, now);
                if (gap > longest) longest = gap;
                last = now;
            }
        }
    }
}
