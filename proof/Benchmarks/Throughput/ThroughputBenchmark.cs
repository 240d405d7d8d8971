using Benchmarks.Common;
using HdrHistogram;

namespace Benchmarks.Throughput;

/// <summary>
/// All competitors under each load, in turns: whatever else the machine does, it does to all of them. And they are started
/// several times: where its code and data happen to lie can make one process faster than another of the same program by more than
/// the programs differ.
/// </summary>
internal sealed class ThroughputBenchmark(IReadOnlyList<Load> loads, TimeSpan turn)
{
    private readonly List<(string Name, bool IsManaged)> servers = [];
    private readonly Dictionary<(Load, string), Series> outcomes = [];
    private int rounds;

    /// <summary>Lets the runtime compile what is hot before anything counts.</summary>
    public static void WarmUp(Competitors competitors, TimeSpan duration)
    {
        var latencies = new LongHistogram(Series.LongestLatency.Ticks * TimeSpan.NanosecondsPerTick, 3);
        foreach (var competitor in competitors.All)
        {
            foreach (var window in new[] { 100, 1 }) competitor.Client.Run(64, window, duration, latencies);
        }
    }

    public void Run(Competitors competitors, int more)
    {
        if (servers.Count == 0) Expect(competitors);
        for (var i = 0; i < more; i++, rounds++)
        {
            foreach (var load in loads)
            {
                // Another one comes first in each round, so that none always follows the same.
                for (var n = 0; n < servers.Count; n++)
                {
                    var competitor = competitors.All[(rounds + n) % servers.Count];
                    outcomes[(load, competitor.Name)].Measure(competitor, load, turn);
                }
            }
        }
    }

    public IEnumerable<string> Names => servers.Select(server => server.Name);

    public Series this[Load load, string competitor] => outcomes[(load, competitor)];

    public IEnumerable<Table> Figures() => loads.Select(load =>
    {
        var table = new Table(
            $"{load}: medians of {rounds} rounds of {turn.TotalMilliseconds:0} ms; latencies of all requests",
            "server", "msg/s", "CPU us/msg", "allocated B/msg", "p50 us", "p99 us", "p99.9 us", "lost");
        foreach (var (name, managed) in servers)
        {
            var series = outcomes[(load, name)];
            table.Add(
                name, series.MessagesPerSecond.Median, series.CpuMicroseconds.Median, managed ? series.BytesAllocated.Median : null,
                series.Latencies.GetValueAtPercentile(50) / 1e3, series.Latencies.GetValueAtPercentile(99) / 1e3,
                series.Latencies.GetValueAtPercentile(99.9) / 1e3, series.Lost);
        }

        return table;
    });

    /// <summary>One over each other, round by round: the middle, and the range of the middle eight tenths.</summary>
    public Table Ratios(string competitor)
    {
        var table = new Table(
            $"{competitor} / other, by round: median (10 % to 90 % of {rounds} rounds)",
            "load", "other", "throughput", "CPU per message", "p50", "p99");
        foreach (var load in loads)
        {
            foreach (var (name, _) in servers.Where(one => one.Name != competitor)) Compare(name, outcomes[(load, competitor)], outcomes[(load, name)]);

            if (outcomes.TryGetValue((load, Competitors.Again), out var again))
                Compare("(to compare: the bare loop / itself in another process)", outcomes[(load, Competitors.Batch)], again);

            void Compare(string name, Series one, Series other) => table.Add(
                load.ToString(), name, Spread(Ratio(one.MessagesPerSecond, other.MessagesPerSecond)), Spread(Ratio(one.CpuMicroseconds, other.CpuMicroseconds)),
                Spread(Ratio(one.P50Microseconds, other.P50Microseconds)), Spread(Ratio(one.P99Microseconds, other.P99Microseconds)));
        }

        return table;
    }

    /// <summary>Each asynchronous one beside the synchronous one and bare NetMQ, round by round.</summary>
    public Table AsyncRatios()
    {
        var table = new Table(
            $"Beside a synchronous handler, by round: median (10 % to 90 % of {rounds} rounds)",
            "load", "server", "throughput", "CPU per message", "p50 us more", "allocated B/msg more", "throughput / bare NetMQ");
        foreach (var load in loads)
        {
            var (synchronous, bare) = (outcomes[(load, Competitors.Star)], outcomes[(load, Competitors.Batch)]);
            foreach (var name in Competitors.Asynchronous)
            {
                var series = outcomes[(load, name)];
                table.Add(
                    load.ToString(), name, Spread(Ratio(series.MessagesPerSecond, synchronous.MessagesPerSecond)), Spread(Ratio(series.CpuMicroseconds, synchronous.CpuMicroseconds)),
                    series.P50Microseconds.Median - synchronous.P50Microseconds.Median, series.BytesAllocated.Median - synchronous.BytesAllocated.Median,
                    Spread(Ratio(series.MessagesPerSecond, bare.MessagesPerSecond)));
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

    private void Expect(Competitors competitors)
    {
        servers.AddRange(competitors.All.Select(one => (one.Name, one.IsManaged)));
        foreach (var load in loads)
        {
            foreach (var (name, _) in servers) outcomes[(load, name)] = new Series();
        }
    }

    private static string Spread(Sample ratios) => FormattableString.Invariant($"{ratios.Median:0.00} ({ratios.Quantile(0.1):0.00}-{ratios.Quantile(0.9):0.00})");
}
