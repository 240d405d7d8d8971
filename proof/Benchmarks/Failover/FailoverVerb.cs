using System.CommandLine;
using Benchmarks.Common;

namespace Benchmarks.Failover;

/// <summary>The verb <c>failover</c>.</summary>
internal static class FailoverVerb
{
    private static readonly Option<int> Count = Options.Positive("--count", "Faults of each kind", "N", () => 100);
    private static readonly Option<int> Heartbeat = Options.Positive("--heartbeat", "Heartbeat interval of both servers, in milliseconds", "MS", () => 100);
    private static readonly Option<int> FailoverTimeout = Options.Positive("--failover-timeout", "Failover timeout of both servers, in milliseconds", "MS", () => 400);

    private static readonly Option<FaultKind[]> Kinds = new("--fault")
    {
        Description = "Only faults of this kind; repeatable",
        HelpName = "KIND",
        DefaultValueFactory = _ => FaultKinds.All,
    };

    private static readonly Option<int?> FalseFailovers = new("--false-failovers")
    {
        Description = "Instead, count the failovers that full load on all cores causes in so many minutes, at 100/400 ms and at 50/200 ms",
        HelpName = "MINUTES",
    };

    private static readonly Option<bool> HighPriority = new("--high-priority")
    {
        Description = "With --false-failovers: the servers go before the load, as under a supervisor that gives them a weight; needs root",
    };

    public static Command Create()
    {
        var command = new Command("failover", "How long a client waits when the active server is killed, stopped, frozen or hands over.")
        {
            Count, Heartbeat, FailoverTimeout, Kinds, FalseFailovers, HighPriority, Options.Native, Options.Quick, Options.Json, Options.Plot,
        };
        command.Validators.Add(line =>
        {
            if (line.ValueOrDefault(FailoverTimeout) < 3 * line.ValueOrDefault(Heartbeat)) line.AddError("--failover-timeout must be at least three times --heartbeat.");
            if (line.GetValue(FalseFailovers) < 1) line.AddError("--false-failovers must be 1 or more.");
        });
        command.SetBenchmark((line, report) =>
        {
            Report.WarnOfDebugBuild();
            if (line.GetValue(FalseFailovers) is { } minutes) FalseFailoverBenchmark.Run(TimeSpan.FromMinutes(minutes), line.GetValue(HighPriority), line.GetValue(Options.Native), report);
            else Measure(line, report);
        });
        return command;
    }

    private static void Measure(ParseResult line, Report report)
    {
        var timing = new PairTiming(line.GetValue(Heartbeat), line.GetValue(FailoverTimeout));
        var benchmark = new FailoverBenchmark(timing, line.GetValue(Options.Native));
        benchmark.Run(line.GetValue(Kinds)!, line.GetValue(Options.Quick) ? 5 : line.GetValue(Count));

        var table = new Table(
            $"From the fault to the first answer of the other server: heartbeat/failover timeout {timing}, client retries every 2 ms",
            "fault", "count", "median ms", "p99 ms", "max ms", "requests", "answered", "lost", "answered by two", "beside successor");
        foreach (var (kind, (gaps, tally)) in benchmark.Outcomes)
        {
            table.Add(kind.Title(), gaps.Count, gaps.Median, gaps.Quantile(0.99), gaps.Max, tally.Sent, tally.Answered, tally.Lost, tally.AnsweredByTwo, tally.ServedBesideSuccessor);
            report.Summarise($"{kind.Title()} {gaps.Median:0.0}/{gaps.Max:0.0} ms");
            if (tally.Lost > 0 || tally.ServedBesideSuccessor > 0) report.Fail($"{tally.Lost} requests lost, {tally.ServedBesideSuccessor} answered by a server beside its successor");
        }

        report.Add(table);
        foreach (var trouble in benchmark.Troubles) report.Fail(trouble);
        if (line.GetValue(Options.Plot) is { } file)
            Plots.Histograms(file, "Client-observed gap", "ms", benchmark.Outcomes.Select(outcome => (outcome.Key.Title(), outcome.Value.Gaps)));
    }
}
