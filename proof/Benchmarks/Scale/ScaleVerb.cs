using System.CommandLine;
using Benchmarks.Common;

namespace Benchmarks.Scale;

/// <summary>The verb <c>scale</c>: many nodes in one process, at default settings, that have nothing to do.</summary>
internal static class ScaleVerb
{
    // Enough to see lateness by; the observer must not become the load.
    private const int Observed = 10;

    private static readonly Option<int[]> Nodes = new("--nodes")
    {
        Description = "How many nodes, two to a pair; repeatable",
        HelpName = "N",
        DefaultValueFactory = _ => [2, 20, 100, 1000],
    };

    private static readonly Option<int> PerPoller = Options.Positive("--per-poller", "How many nodes share a poller, where they do", "N", () => 20);
    private static readonly Option<int> Seconds = Options.Positive("--seconds", "How long each is watched", "S", () => 20);

    public static Command Create()
    {
        var command = new Command("scale", "What idle nodes cost: processor time, memory, threads, and how late their heartbeats are.")
        {
            Nodes, PerPoller, Seconds, Options.Quick, Options.Json,
        };
        command.Validators.Add(line =>
        {
            if (Array.Exists(line.GetValue(Nodes)!, nodes => nodes < 2 || nodes % 2 != 0)) line.AddError("--nodes must be even, and 2 or more.");
        });
        command.SetBenchmark(Measure);
        return command;
    }

    private static void Measure(ParseResult line, Report report)
    {
        Report.WarnOfDebugBuild();
        var quick = line.GetValue(Options.Quick);
        var duration = TimeSpan.FromSeconds(quick ? 3 : line.GetValue(Seconds));
        var table = new Table(
            $"Idle nodes of one process at default settings, {duration.TotalSeconds:0} s each; then heartbeats of {Observed} nodes at most",
            "nodes", "nodes per poller", "CPU % of a core", "per node", "resident MiB", "threads", "open files", "late p50 ms", "late p99 ms", "late max ms", "interruptions");
        var warmUp = TimeSpan.FromSeconds(quick ? 5 : 10);
        foreach (var nodes in line.GetValue(Nodes)!.Where(nodes => !quick || nodes <= 20))
        {
            foreach (var perPoller in new[] { 1, line.GetValue(PerPoller) })
            {
                try
                {
                    Watch(nodes, perPoller, warmUp, duration, table, report);
                }
                catch (Exception e) when (e is InvalidOperationException or TimeoutException)
                {
                    report.Fail($"{nodes} nodes, {perPoller} per poller: {e.Message} (may it open enough files? a node takes some 25)");
                }
            }
        }

        report.Add(table);
    }

    private static void Watch(int nodes, int perPoller, TimeSpan warmUp, TimeSpan duration, Table table, Report report)
    {
        using var idle = new IdleNodes(nodes, perPoller);
        idle.WaitUntilWhole();
        Thread.Sleep(warmUp); // the runtime compiles in the background what has run often enough

        var before = idle.Look();
        var cpu = idle.Server.CpuTime;
        Thread.Sleep(duration);
        var percent = 100 * (idle.Server.CpuTime - cpu) / duration;

        // Only now, for a node that is heard by one more says all it says to two.
        using var watch = new HeartbeatWatch(idle.StateEndpoints(Observed), PairTiming.Default.Heartbeat);
        Thread.Sleep(duration);
        report.Summarise(FormattableString.Invariant($"{nodes} nodes, {perPoller} per poller: {percent / nodes:0.000} % of a core each"));
        table.Add(
            nodes, perPoller, percent, percent / nodes, idle.Server.ResidentMiB, idle.Server.Threads, idle.Server.OpenFiles,
            watch.LatenessMs(50), watch.LatenessMs(99), watch.LatenessMs(100), idle.Look().Interruptions - before.Interruptions);
    }
}
