using System.CommandLine;
using Benchmarks.Common;

namespace Benchmarks.Drain;

/// <summary>The verb <c>drain</c>: planned changes while asynchronous handlers are at work.</summary>
internal static class DrainVerb
{
    private static readonly Option<int> Count = Options.Positive("--count", "Changes of each kind", "N", () => 100);
    private static readonly Option<int> Callers = Options.Positive("--callers", "How many ask side by side", "N", () => 16);

    private static readonly Option<int> DrainTimeout = Options.AtLeast(0, "--drain-timeout", "How long a server waits for the requests in progress, in milliseconds", "MS", () => 1000);

    private static readonly Option<string> Wait = new("--async")
    {
        Description = "How long a handler waits, as EchoServer takes it",
        HelpName = "MS",
        DefaultValueFactory = _ => "0-200",
    };

    public static Command Create()
    {
        var command = new Command("drain", "Whether two servers are ever at work at once, and how long clients wait, when a pair with asynchronous handlers switches over or is stopped.")
        {
            Count, Callers, Wait, DrainTimeout, Options.Native, Options.Quick, Options.Json, Options.Plot,
        };
        command.SetBenchmark(Measure);
        return command;
    }

    private static async Task Measure(ParseResult line, Report report)
    {
        Report.WarnOfDebugBuild();
        var benchmark = new DrainBenchmark(line.GetValue(Wait)!, line.GetValue(DrainTimeout), line.GetValue(Callers), line.GetValue(Options.Native));
        await benchmark.Run(line.GetValue(Options.Quick) ? 3 : line.GetValue(Count));

        var gaps = new Table(
            $"What {line.GetValue(Callers)} callers notice, handlers of {line.GetValue(Wait)} ms", "change", "of it", "count", "median ms", "p90 ms", "max ms");
        foreach (var kind in benchmark.Gaps.Keys)
        {
            Add("nobody is answered", benchmark.Gaps[kind]);
            Add("slowest request", benchmark.Slowest[kind]);
            void Add(string what, Sample sample) => gaps.Add(kind, what, sample.Count, sample.Median, sample.Quantile(0.9), sample.Max);
        }

        report.Add(gaps);

        var journal = benchmark.Journal!;
        var most = journal.Executions.Values.Max();
        var twice = journal.Executions.Values.Count(count => count > 1);
        var work = new Table(
            "What the servers' journals prove", "requests", "answered", "lost", "answered twice", "executed twice", "most executions", "unfinished", "begun beside another server", "longest overlap ms");
        work.Add(
            benchmark.Asked, benchmark.Answered, benchmark.Lost, benchmark.AnsweredTwice, twice, most, journal.All.Count(one => one.End is null), journal.Overlaps,
            journal.LongestOverlap.TotalMilliseconds);
        report.Add(work);
        report.Summarise($"{journal.Overlaps} of {journal.All.Count} executions beside another server's, {benchmark.Lost} requests lost, {benchmark.AnsweredTwice} answered twice, {twice} executed twice");
        report.Target(journal.Overlaps == 0 && benchmark.Lost == 0 && most <= 2, "no overlap, none lost, none executed more than twice");
        foreach (var trouble in benchmark.Troubles) report.Fail(trouble);
        if (line.GetValue(Options.Plot) is { } file) Plots.Histograms(file, "No caller is answered", "ms", benchmark.Gaps.Select(gap => (gap.Key, gap.Value)));
    }
}
