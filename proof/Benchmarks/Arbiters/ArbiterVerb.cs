using System.CommandLine;
using Benchmarks.Common;
using Benchmarks.Scale;

namespace Benchmarks.Arbiters;

/// <summary>The verb <c>arbiter</c>: what pairs that are whole ask of their arbiter, and what it costs them.</summary>
internal static class ArbiterVerb
{
    private const double MostReads = 100; // a second, of 400 pairs
    private const double MostCpu = 1.1;

    private static readonly Option<int> Pairs = Options.Positive("--pairs", "How many pairs have one arbiter; a single one is watched before", "N", () => 400);
    private static readonly Option<int> PerPoller = Options.Positive("--per-poller", "How many nodes share a poller", "N", () => 20);
    private static readonly Option<int> Seconds = Options.Positive("--seconds", "How long their requests are counted", "S", () => 60);
    private static readonly Option<int> CpuPairs = Options.Positive("--cpu-pairs", "How many pairs with an arbiter, and as many without, are compared", "N", () => 50);
    private static readonly Option<int> Rounds = Options.Positive("--rounds", "How often both are compared", "N", () => 24);
    private static readonly Option<int> Starts = Options.Positive("--starts", "How often both are started; the rounds are spread over them", "N", () => 3);
    private static readonly Option<int> Turn = Options.Positive("--turn", "How long a round lasts, in seconds: a node reads its record every ten", "S", () => 10);

    public static Command Create()
    {
        var command = new Command("arbiter", "What idle pairs ask of their arbiter, and the processor time that it costs them.")
        {
            Pairs, PerPoller, Seconds, CpuPairs, Rounds, Starts, Turn, Options.Quick, Options.Json,
        };
        command.SetBenchmark(Measure);
        return command;
    }

    private static void Measure(ParseResult line, Report report)
    {
        Report.WarnOfDebugBuild();
        var quick = line.GetValue(Options.Quick);
        var warmUp = TimeSpan.FromSeconds(quick ? 3 : 12); // for each to have relaxed its lease, and read its record
        var perPoller = line.GetValue(PerPoller);
        Count([1, quick ? Math.Min(10, line.GetValue(Pairs)) : line.GetValue(Pairs)], perPoller, warmUp, TimeSpan.FromSeconds(quick ? 10 : line.GetValue(Seconds)), report);

        var rounds = quick ? 2 : line.GetValue(Rounds);
        var comparison = new CpuComparison(quick ? 5 : line.GetValue(CpuPairs), perPoller, warmUp, TimeSpan.FromSeconds(line.GetValue(Turn)));
        comparison.Run(quick ? 1 : Math.Min(line.GetValue(Starts), rounds), rounds);
        report.Add(comparison.Figures());
        var ratio = comparison.Ratios.Median;
        report.Summarise(FormattableString.Invariant($"idle processor time {ratio:0.00} x that without an arbiter"));
        report.Target(ratio <= MostCpu, FormattableString.Invariant($"at most {MostCpu} x"));
    }

    private static void Count(int[] sizes, int perPoller, TimeSpan warmUp, TimeSpan duration, Report report)
    {
        var table = new Table(
            $"Pairs of one process at default settings, whole and idle, with one arbiter in its memory: requests in {duration.TotalSeconds:0} s",
            "pairs", "reads", "reads a second", "writes", "interruptions");
        foreach (var pairs in sizes)
        {
            using var idle = new IdleNodes(2 * pairs, perPoller, arbiter: true);
            idle.WaitUntilWhole();
            Thread.Sleep(warmUp);

            var before = idle.Look();
            Thread.Sleep(duration);
            var after = idle.Look();
            var (reads, writes) = (after.Reads - before.Reads, after.Writes - before.Writes);
            var rate = reads / duration.TotalSeconds;
            table.Add(pairs, reads, rate, writes, after.Interruptions - before.Interruptions);
            report.Summarise(FormattableString.Invariant($"{pairs} pairs: {rate:0.0} reads a second, {writes} writes in {duration.TotalSeconds:0} s"));
            if (pairs == 1) report.Target(writes == 0, "0 writes of a whole pair");
            else report.Target(rate <= MostReads, FormattableString.Invariant($"at most {MostReads} reads a second"));
        }

        report.Add(table);
    }
}
