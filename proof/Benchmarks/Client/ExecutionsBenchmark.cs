using Benchmarks.Common;
using Benchmarks.Serve;
using NetMQ.HighAvailability;
using Processes;

namespace Benchmarks.Client;

/// <summary>How often one request is executed while the pair changes hands, for handlers of several times.</summary>
internal static class ExecutionsBenchmark
{
    private const int TargetExecutions = 2;
    private const int LongestThink = 9; // milliseconds, a different time each, or all callers would wake together

    // A handler in the loop must return within a quarter of a heartbeat: what takes longer answers later.
    private static readonly (TimeSpan Work, bool Later)[] Handlers =
    [
        (TimeSpan.Zero, false), (TimeSpan.FromMilliseconds(20), false), (TimeSpan.FromMilliseconds(100), false),
        (TimeSpan.FromMilliseconds(100), true), (TimeSpan.FromMilliseconds(1000), true),
    ];

    private static readonly (string Name, Action<int> Strike, bool Ends)[] Faults =
    [
        ("clean stop", Signals.SendTerminate, true), ("switch-over", Signals.SendHandOver, false), ("crash", Signals.SendKill, true),
    ];

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task Run(int faults, Report report)
    {
        var table = new Table(
            $"{faults} faults each, heartbeat {CountingEcho.Heartbeat.TotalMilliseconds:0} ms, crash detection; gap: nobody is answered, ms",
            "handler ms", "answers", "callers", "fault", "requests", "executed twice", "executions max", "timed out", "gap median", "gap max");
        var most = 0;
        foreach (var (work, later) in Handlers)
        {
            foreach (var callers in (int[])[1, 64])
            {
                foreach (var fault in Faults)
                {
                    var row = await RunRow(work, later, callers, fault.Strike, fault.Ends, faults);
                    most = Math.Max(most, row.Most);
                    table.Add(
                        work.TotalMilliseconds, later ? "later" : "in the loop", callers, fault.Name, row.Requests, row.Twice, row.Most, row.TimedOut, row.Gaps.Median, row.Gaps.Max);
                    Console.WriteLine($"{work.TotalMilliseconds} ms {(later ? "later" : "in the loop")}, {callers} callers, {fault.Name}: at most {row.Most} executions");
                }
            }
        }

        report.Add(table);
        report.Summarise($"at most {most} executions of one request");
        report.Target(most <= TargetExecutions, $"{TargetExecutions}");
    }

    private static async Task<Row> RunRow(TimeSpan work, bool later, int callers, Action<int> strike, bool ends, int faults)
    {
        using var pair = new CountingPair(work, later);
        pair.WaitUntilWhole();
        await using var client = new BinaryStarClient(new BinaryStarClientOptions { Servers = pair.Voters, SettleTime = CountingEcho.FailoverTimeout });
        var watch = new GapWatch();
        var gaps = new Sample();
        var requests = 0;
        using var stop = new CancellationTokenSource();
        var asking = Enumerable.Range(0, callers).Select(_ => Task.Run(Ask)).ToList();
        for (var i = 0; i < faults; i++)
        {
            var victim = pair.WaitUntilWhole();
            await Until.TrueAsync(() => client.CurrentServer == pair.Voters[victim], Limit, () => "the client used the active server");
            await Task.Delay((2 + Random.Shared.NextDouble()) * CountingEcho.Heartbeat); // both have settled; at no fixed distance from a heartbeat
            watch.Take();
            strike(pair.Id(victim));
            await Until.TrueAsync(() => client.CurrentServer == pair.Voters[1 - victim], Limit, () => "the client had turned to the other server");
            var before = client.Status.Answered;
            await Until.TrueAsync(() => client.Status.Answered > before + callers, Limit, () => "the other server had answered");
            gaps.Add(watch.Take().TotalMilliseconds);
            if (ends) pair.Restart(victim);
        }

        await stop.CancelAsync();
        await Task.WhenAll(asking);
        var executions = Enumerable.Range(0, requests).Select(pair.Executions).ToList();
        return new Row(requests, executions.Count(count => count == 2), executions.Max(), client.Status.TimedOut, gaps);

        async Task Ask()
        {
            while (!stop.IsCancellationRequested)
            {
                var request = Interlocked.Increment(ref requests) - 1;
                if (request >= ExecutionCounts.MaxRequests) throw new InvalidOperationException("too many requests to count");
                try
                {
                    await client.RequestAsync(BitConverter.GetBytes(request), CancellationToken.None);
                    watch.Answered();
                }
                catch (RequestTimeoutException)
                {
                    // The row tells.
                }

                await Task.Delay(Random.Shared.Next(1, LongestThink + 1), CancellationToken.None);
            }
        }
    }

    private readonly record struct Row(int Requests, int Twice, int Most, long TimedOut, Sample Gaps);
}
