using System.CommandLine;
using Benchmarks.Arbiters;
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

    private static readonly Option<EngineKind[]> Arbiter = new("--arbiter")
    {
        Description = "Instead, compare pairs that have this arbiter with pairs that have none, in turns; repeatable. By default a crash that is detected, one that is not, and a switch-over",
        HelpName = "ENGINE",
    };

    public static Command Create()
    {
        var command = new Command("failover", "How long a client waits when the active server is killed, stopped, frozen or hands over.")
        {
            Count, Heartbeat, FailoverTimeout, Kinds, FalseFailovers, HighPriority, Arbiter, Options.Native, Options.Quick, Options.Json, Options.Plot,
        };
        command.Validators.Add(line =>
        {
            if (line.ValueOrDefault(FailoverTimeout) < 3 * line.ValueOrDefault(Heartbeat)) line.AddError("--failover-timeout must be at least three times --heartbeat.");
            if (line.GetValue(FalseFailovers) < 1) line.AddError("--false-failovers must be 1 or more.");
            if (line.GetResult(Arbiter) is not null && (line.GetResult(Options.Native) is not null || line.GetResult(FalseFailovers) is not null))
                line.AddError("--arbiter goes with neither --native nor --false-failovers.");
        });
        command.SetBenchmark((line, report) =>
        {
            Report.WarnOfDebugBuild();
            if (line.GetValue(FalseFailovers) is { } minutes) FalseFailoverBenchmark.Run(TimeSpan.FromMinutes(minutes), line.GetValue(HighPriority), line.GetValue(Options.Native), report);
            else if (line.GetValue(Arbiter) is { Length: > 0 } engines) Compare(line, engines, report);
            else Measure(line, report);
        });
        return command;
    }

    private static void Measure(ParseResult line, Report report)
    {
        var timing = new PairTiming(line.GetValue(Heartbeat), line.GetValue(FailoverTimeout));
        var benchmark = new FailoverBenchmark(timing, new EchoProgram(line.GetValue(Options.Native)));
        benchmark.Run(line.GetValue(Kinds)!, line.GetValue(Options.Quick) ? 5 : line.GetValue(Count));

        var table = new Table(
            $"From the fault to the first answer of the other server: heartbeat/failover timeout {timing}, client retries every 2 ms",
            "fault", "count", "median ms", "p99 ms", "max ms", "requests", "answered", "lost", "answered by two", "beside successor");
        foreach (var (kind, (gaps, tally)) in benchmark.Outcomes)
        {
            table.Add(kind.Title(), gaps.Count, gaps.Median, gaps.Quantile(0.99), gaps.Max, tally.Sent, tally.Answered, tally.Lost, tally.AnsweredByTwo, tally.ServedBesideSuccessor);
            report.Summarise($"{kind.Title()} {gaps.Median:0.0}/{gaps.Max:0.0} ms");
        }

        report.Add(table);
        Check("", benchmark, report);
        if (line.GetValue(Options.Plot) is { } file) Plot(file, benchmark.Outcomes.Select(outcome => (outcome.Key.Title(), outcome.Value.Gaps)));
    }

    private static void Compare(ParseResult line, EngineKind[] engines, Report report)
    {
        var timing = new PairTiming(line.GetValue(Heartbeat), line.GetValue(FailoverTimeout));
        var kinds = line.GetResult(Kinds) is { Implicit: false } ? line.GetValue(Kinds)! : ArbiterFailoverBenchmark.UsualKinds;
        var variants = new List<ArbiterVariant>();
        try
        {
            foreach (var engine in engines.Prepend(EngineKind.None).Distinct()) variants.Add(new ArbiterVariant(engine, timing));
            var benchmark = new ArbiterFailoverBenchmark(timing, variants);
            benchmark.Run(kinds, line.GetValue(Options.Quick) ? 2 : line.GetValue(Count));

            report.Add(benchmark.Gaps(kinds));
            report.Add(benchmark.Writes());
            report.Add(benchmark.Judge(kinds, report));
            foreach (var variant in variants) Check(variant.Name + ", ", variant.Benchmark, report);
            if (line.GetValue(Options.Plot) is { } file) Plot(file, variants.SelectMany(variant => variant.Benchmark.Outcomes.Select(outcome => ($"{outcome.Key.Title()}, {variant.Name}", outcome.Value.Gaps))));
        }
        finally
        {
            variants.ForEach(variant => variant.Dispose());
        }
    }

    private static void Check(string what, FailoverBenchmark benchmark, Report report)
    {
        foreach (var (kind, (_, tally)) in benchmark.Outcomes)
        {
            if (tally.Lost > 0 || tally.ServedBesideSuccessor > 0)
                report.Fail($"{what}{kind.Title()}: {tally.Lost} requests lost, {tally.ServedBesideSuccessor} answered by a server beside its successor");
        }

        foreach (var trouble in benchmark.Troubles) report.Fail(what + trouble);
    }

    private static void Plot(FileInfo file, IEnumerable<(string, Sample)> gaps) => Plots.Histograms(file, "Client-observed gap", "ms", gaps);
}
