using Benchmarks.Arbiters;
using Benchmarks.Common;

namespace Benchmarks.Failover;

/// <summary>The same faults to pairs with each arbiter and to pairs without, in turns, and what an arbiter may cost.</summary>
internal sealed class ArbiterFailoverBenchmark(PairTiming timing, IReadOnlyList<ArbiterVariant> variants)
{
    private const double HandOverAllowanceMs = 10;
    private const double SilenceAllowanceMs = 20;

    // Of the faults that the silence of a server shows: this share must be over within the failover timeout and the allowance.
    private const double MostSilences = 0.99;

    public static readonly FaultKind[] UsualKinds = [FaultKind.KillDetected, FaultKind.Kill, FaultKind.HandOver];

    public void Run(IReadOnlyList<FaultKind> kinds, int count)
    {
        for (var done = 0; done < count; done += FailoverBenchmark.FaultsPerPair)
        {
            var some = Math.Min(FailoverBenchmark.FaultsPerPair, count - done);
            foreach (var kind in kinds)
            {
                foreach (var variant in variants) variant.Run(kind, some);
            }

            Console.WriteLine($"{done + some} of {count} faults of each kind");
        }
    }

    public Table Gaps(IReadOnlyList<FaultKind> kinds)
    {
        var table = new Table(
            $"From the fault to the first answer of the other server: heartbeat/failover timeout {timing}, client retries every 2 ms",
            "fault", "arbiter", "count", "median ms", "p99 ms", "max ms", "requests", "answered", "lost", "answered by two", "beside successor");
        foreach (var kind in kinds)
        {
            foreach (var variant in variants)
            {
                var (gaps, tally) = variant.Benchmark.Outcomes[kind];
                table.Add(
                    kind.Title(), variant.Name, gaps.Count, gaps.Median, gaps.Quantile(0.99), gaps.Max,
                    tally.Sent, tally.Answered, tally.Lost, tally.AnsweredByTwo, tally.ServedBesideSuccessor);
            }
        }

        return table;
    }

    public Table Writes()
    {
        var table = new Table($"One write of a record meanwhile, after a rest of {WriteTimer.Rest.TotalSeconds:0} s", "arbiter", "count", "median ms", "p99 ms", "max ms");
        foreach (var variant in variants)
        {
            if (variant.Writes is { } writes) table.Add(variant.Name, writes.Count, writes.Median, writes.Quantile(0.99), writes.Max);
        }

        return table;
    }

    /// <summary>The figure, that without an arbiter, and what was allowed.</summary>
    public Table Judge(IReadOnlyList<FaultKind> kinds, Report report)
    {
        var table = new Table("What an arbiter may cost", "fault", "arbiter", "figure", "ms", "ms without", "ms allowed", "met");
        var without = variants.Single(variant => variant.Kind == EngineKind.None).Benchmark.Outcomes;
        foreach (var kind in kinds)
        {
            foreach (var variant in variants.Where(variant => variant.Writes is not null))
            {
                var (quantile, name) = IsSilence(kind) ? (MostSilences, "p99") : (0.5, "median");
                var figure = variant.Benchmark.Outcomes[kind].Gaps.Quantile(quantile);
                var plain = without[kind].Gaps.Quantile(quantile);
                var allowed = Allowed(kind, plain, variant.Writes!.Median);
                table.Add(kind.Title(), variant.Name, name, figure, plain, allowed, figure <= allowed ? "yes" : "no");
                report.Target(figure <= allowed, FormattableString.Invariant($"{kind.Title()} with {variant.Name} {figure:0.0} ms, {plain:0.0} without, {allowed:0.0} allowed"));
            }
        }

        return table;
    }

    private static bool IsSilence(FaultKind kind) => kind is FaultKind.Kill or FaultKind.Freeze;

    private double Allowed(FaultKind kind, double without, double write) => kind switch
    {
        FaultKind.KillDetected => without + (2 * write), // the record is read before the peer is probed, and then written
        FaultKind.Kill or FaultKind.Freeze => timing.FailoverTimeout.TotalMilliseconds + SilenceAllowanceMs + write,
        _ => without + HandOverAllowanceMs,
    };
}
