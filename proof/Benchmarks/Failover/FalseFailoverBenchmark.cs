using Benchmarks.Common;

namespace Benchmarks.Failover;

/// <summary>Leaves the pair alone on a machine whose cores are all busy, and counts how often its nodes change state.</summary>
internal static class FalseFailoverBenchmark
{
    public static void Run(TimeSpan duration, bool highPriority, FileInfo? native, Report report)
    {
        var table = new Table(
            $"Pair {(highPriority ? "with priority " : "")}left alone for {duration.TotalMinutes:0.#} min: a busy loop on each of {Environment.ProcessorCount} cores, and a client that never rests",
            "timing", "needless failovers", "changes of state", "heartbeat late p99.9 ms", "late max ms", "requests", "answered", "lost", "answered by two");
        foreach (var timing in new[] { new PairTiming(100, 400), new PairTiming(50, 200) })
        {
            var (failovers, changes, watch, tally) = Observe(timing, duration, highPriority, native);
            table.Add(
                timing.ToString(), failovers, changes, watch.LatenessMs(99.9), watch.LatenessMs(100),
                tally.Sent, tally.Answered, tally.Lost, tally.AnsweredByTwo);
            Console.WriteLine($"{timing}: {failovers} needless failovers, {changes} changes of state, heartbeats at most {watch.LatenessMs(100):0.0} ms late, {tally.Lost} of {tally.Sent} lost");
            report.Summarise($"{failovers} needless failovers at {timing} in {duration.TotalMinutes:0.#} min of full load");
            if (tally.Lost > 0) report.Fail($"{tally.Lost} requests lost");
        }

        report.Add(table);
    }

    private static (int Failovers, int Changes, HeartbeatWatch Watch, Tally Tally) Observe(PairTiming timing, TimeSpan duration, bool highPriority, FileInfo? native)
    {
        using var pair = new EchoPair(timing, detectCrash: false, native);
        if (highPriority) pair.TakePriority();
        var client = new GapClient(pair.Voters, restless: true);
        pair.WaitUntilWhole();

        using var watch = new HeartbeatWatch(pair.Nodes.Select(node => node.StateEndpoint), timing.Heartbeat);
        var failovers = pair.Nodes.Sum(node => node.Promotions);
        var changes = pair.Nodes.Sum(node => node.Changes);
        using (new BusyCores()) Thread.Sleep(duration);
        failovers = pair.Nodes.Sum(node => node.Promotions) - failovers;
        changes = pair.Nodes.Sum(node => node.Changes) - changes;

        // Why, if they did: a node that could not run for a while says so.
        foreach (var (node, name) in pair.Nodes.Zip(["primary", "backup"]))
        {
            foreach (var line in node.Errors) Console.WriteLine($"{timing}, {name}: {line}");
        }

        client.Dispose();
        return (failovers, changes, watch, client.Tally);
    }
}
