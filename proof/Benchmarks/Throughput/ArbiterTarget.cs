using Benchmarks.Common;

namespace Benchmarks.Throughput;

/// <summary>What requests may cost more with an arbiter: nothing, as it is not asked about them.</summary>
internal static class ArbiterTarget
{
    private const double LeastRatio = 0.99;

    // Heartbeats allocate some, however many requests they are divided by.
    private const int LeastWindow = 100;
    private const double MostBytes = 0.5;

    public static void Judge(Report report, ThroughputBenchmark benchmark, Load[] loads)
    {
        var (ratios, control) = (new Sample(), new Sample());
        foreach (var load in loads)
        {
            Compare(ratios, benchmark[load, Competitors.StarArbiter], benchmark[load, Competitors.Star]);
            Compare(control, benchmark[load, Competitors.StarAgain], benchmark[load, Competitors.Star]);
        }

        report.Summarise(FormattableString.Invariant($"{ratios.Median:0.000} x the throughput without an arbiter over all rounds of all loads ({control.Median:0.000} without one in other processes)"));
        report.Target(ratios.Median >= LeastRatio, FormattableString.Invariant($"at least {LeastRatio} x"));

        var busy = loads.Where(load => load.Window >= LeastWindow).ToArray();
        if (busy.Length == 0) return;
        var bytes = busy.Max(load => benchmark[load, Competitors.StarArbiter].BytesAllocated.Median);
        report.Summarise(FormattableString.Invariant($"{bytes:0.00} B a message with {LeastWindow} outstanding or more"));
        report.Target(bytes < MostBytes, "0 B a message");
    }

    private static void Compare(Sample ratios, Series one, Series other)
    {
        foreach (var ratio in ThroughputBenchmark.Ratio(one.MessagesPerSecond, other.MessagesPerSecond).Values) ratios.Add(ratio);
    }
}
