using System.Diagnostics;
using System.Globalization;
using System.Text;
using Benchmarks.Common;
using NetMQ.HighAvailability;
using Processes;

namespace Benchmarks.Drain;

/// <summary>
/// Has a pair with asynchronous handlers switch over and stop, again and again, under many callers; each server notes in a journal when each of its
/// handlers begins and ends.
/// </summary>
internal sealed class DrainBenchmark(string wait, int drainTimeout, int callers, FileInfo? native)
{
    private const string SwitchOver = "SIGUSR1 (switch-over)";
    private const string Stop = "SIGTERM (clean stop)";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    // Long enough that an order which nothing came of is not merely slow: it takes the drain timeout, of a second, and a message.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly GapWatch watch = new();
    private long asked;
    private long answered;
    private long lost;
    private long slowest;

    /// <summary>For how long no caller was answered, for each kind of change.</summary>
    public Dictionary<string, Sample> Gaps { get; } = new() { [SwitchOver] = new Sample(), [Stop] = new Sample() };

    /// <summary>How long the request took that took longest.</summary>
    public Dictionary<string, Sample> Slowest { get; } = new() { [SwitchOver] = new Sample(), [Stop] = new Sample() };

    public List<string> Troubles { get; } = [];

    public WorkJournal? Journal { get; private set; }

    public long Asked => asked;

    public long Answered => answered;

    public long Lost => lost;

    /// <summary>Second answers, which came although the first one had.</summary>
    public long AnsweredTwice { get; private set; }

    public async Task Run(int count)
    {
        var folder = Directory.CreateTempSubdirectory("benchmarks");
        string[] journals = [Path.Combine(folder.FullName, "primary"), Path.Combine(folder.FullName, "backup")];
        try
        {
            using (var pair = new EchoPair(PairTiming.Default, detectCrash: false, native, index => ["--async", wait, "--drain-timeout", $"{drainTimeout}", "--journal", journals[index]])) await Run(pair, count);
            Journal = WorkJournal.Read(journals);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task Run(EchoPair pair, int count)
    {
        pair.WaitUntilWhole();
        await using var client = pair.NewClient();
        using var stop = new CancellationTokenSource();
        var asking = Enumerable.Range(0, callers).Select(caller => Task.Run(() => Ask(client, caller, stop.Token))).ToList();
        for (var i = 1; i <= count; i++)
        {
            await Change(pair, client, SwitchOver, HandOver);
            await Change(pair, client, Stop, StopAndRestart);
            if (i % 10 == 0) Console.WriteLine($"{i} of {count} changes of each kind");
        }

        await stop.CancelAsync();
        await Task.WhenAll(asking);
        AnsweredTwice = client.Status.LateReplies;
    }

    private async Task Change(EchoPair pair, BinaryStarClient client, string kind, Func<EchoNode, EchoNode, Task> change)
    {
        var active = pair.WaitUntilWhole();
        await Until.TrueAsync(() => client.CurrentServer == pair.Voters[active], Limit, () => "the client used the active server");
        await Task.Delay(PairTiming.Default.Heartbeat * (2 + Random.Shared.NextDouble())); // both have settled; at no fixed distance from a heartbeat
        watch.Take();
        Interlocked.Exchange(ref slowest, 0);
        await change(pair.Nodes[active], pair.Nodes[1 - active]);
        await Until.TrueAsync(() => client.CurrentServer == pair.Voters[1 - active], Limit, () => "the client had turned to the other server");
        var before = Interlocked.Read(ref answered);
        await Until.TrueAsync(() => Interlocked.Read(ref answered) > before + callers, Limit, () => "the other server had answered");
        Gaps[kind].Add(watch.Take().TotalMilliseconds);
        Slowest[kind].Add(TimeSpan.FromTicks(Interlocked.Read(ref slowest)).TotalMilliseconds);
    }

    private static async Task HandOver(EchoNode from, EchoNode to)
    {
        // It comes to nothing if the peer is not known to be passive just then.
        for (var promotions = to.Promotions; to.Promotions == promotions;)
        {
            Signals.SendHandOver(from.Id);
            using var patience = new CancellationTokenSource(Patience);
            while (to.Promotions == promotions && !patience.IsCancellationRequested) await Task.Delay(5, CancellationToken.None);
        }
    }

    private async Task StopAndRestart(EchoNode from, EchoNode to)
    {
        Signals.SendTerminate(from.Id);
        var exitCode = from.WaitForExit(Limit);
        if (exitCode != 0) Troubles.Add($"a server that was asked to stop ended with exit code {exitCode}");
        from.Start();
        await Until.TrueAsync(() => to.IsActive, Limit, () => "the other server was active");
    }

    private void NoteSlowest(long ticks)
    {
        var before = Interlocked.Read(ref slowest);
        while (ticks > before)
        {
            var seen = Interlocked.CompareExchange(ref slowest, ticks, before);
            if (seen == before) return;
            before = seen;
        }
    }

    private async Task Ask(BinaryStarClient client, int caller, CancellationToken stop)
    {
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var request = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{caller}:{number}"));
            Interlocked.Increment(ref asked);
            var start = Stopwatch.GetTimestamp();
            try
            {
                var reply = await client.RequestAsync(request, CancellationToken.None);
                if (!reply.AsSpan().SequenceEqual(request)) throw new InvalidOperationException($"caller {caller} got another's reply to its request {number}");
                Interlocked.Increment(ref answered);
                watch.Answered();
                NoteSlowest(Stopwatch.GetElapsedTime(start).Ticks);
            }
            catch (RequestTimeoutException)
            {
                Interlocked.Increment(ref lost);
            }
        }
    }
}
