using Benchmarks.Common;
using HdrHistogram;

namespace Benchmarks.Throughput;

/// <summary>All competitors under each load, in turns: whatever else the machine does, it does to all of them.</summary>
internal sealed class ThroughputBenchmark(Competitors competitors, IReadOnlyList<Load> loads, int rounds, TimeSpan turn)
{
    private readonly Dictionary<(Load, string), Series> outcomes = [];

    /// <summary>Lets the runtime compile what is hot before anything counts.</summary>
    public void WarmUp(TimeSpan duration)
    {
        var latencies = new LongHistogram(Series.LongestLatency.Ticks * TimeSpan.NanosecondsPerTick, 3);
        foreach (var competitor in competitors.All)
        {
            foreach (var window in new[] { 100, 1 }) competitor.Client.Run(64, window, duration, latencies);
        }
    }

    public void Run()
    {
        foreach (var load in loads)
        {
            foreach (var competitor in competitors.All) outcomes[(load, competitor.Name)] = new Series();
        }

        for (var round = 0; round < rounds; round++)
        {
            foreach (var load in loads)
            {
                foreach (var competitor in competitors.All) outcomes[(load, competitor.Name)].Measure(competitor, load, turn);
            }
        }
    }

    public Series this[Load load, string competitor] => outcomes[(load, competitor)];

    public IEnumerable<Table> Figures() => loads.Select(load =>
    {
        var table = new Table(
            $"{load}: medians of {rounds} rounds of {turn.TotalMilliseconds:0} ms; latencies of all requests",
            "server", "msg/s", "CPU us/msg", "allocated B/msg", "p50 us", "p99 us", "p99.9 us", "lost");
        foreach (var competitor in competitors.All)
        {
            var series = outcomes[(load, competitor.Name)];
            table.Add(
                competitor.Name, series.MessagesPerSecond.Median, series.CpuMicroseconds.Median, competitor.IsManaged ? series.BytesAllocated.Median : null,
                series.Latencies.GetValueAtPercentile(50) / 1e3, series.Latencies.GetValueAtPercentile(99) / 1e3,
                series.Latencies.GetValueAtPercentile(99.9) / 1e3, series.Lost);
        }

        return table;
    });

    /// <summary>Ours over another, round by round: the middle, and the range of the middle eight tenths.</summary>
    public Table Ratios()
    {
        var table = new Table(
            $"BinaryStar / other, by round: median (10 % to 90 % of {rounds} rounds)",
            "load", "other", "throughput", "CPU per message", "p50", "p99");
        foreach (var load in loads)
        {
            var ours = outcomes[(load, Competitors.Star)];
            foreach (var competitor in competitors.All.Where(one => one.Name != Competitors.Star))
            {
                var other = outcomes[(load, competitor.Name)];
                table.Add(
                    load.ToString(), competitor.Name, Spread(Ratio(ours.MessagesPerSecond, other.MessagesPerSecond)), Spread(Ratio(ours.CpuMicroseconds, other.CpuMicroseconds)),
                    Spread(Ratio(ours.P50Microseconds, other.P50Microseconds)), Spread(Ratio(ours.P99Microseconds, other.P99Microseconds)));
            }
        }

        return table;
    }

    public static Sample Ratio(Sample ours, Sample others)
    {
        var ratios = new Sample();
        foreach (var (our, other) in ours.Values.Zip(others.Values)) ratios.Add(our / other);
        return ratios;
    }

    private static string Spread(Sample ratios) => FormattableString.Invariant($"{ratios.Median:0.00} ({ratios.Quantile(0.1):0.00}-{ratios.Quantile(0.9):0.00})");
}
