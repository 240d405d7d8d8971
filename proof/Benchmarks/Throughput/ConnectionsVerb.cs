using System.CommandLine;
using Benchmarks.Common;
using HdrHistogram;

namespace Benchmarks.Throughput;

/// <summary>The verb <c>connections</c>: what a server's many connections cost, beside the best bare loop of NetMQ's with as many.</summary>
internal static class ConnectionsVerb
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(300);

    private static readonly Option<int> Clients = Options.Positive("--clients", "How many clients are connected to each server", "N", () => 1000);
    private static readonly Option<int> Rounds = Options.Positive("--rounds", "Turns of each server", "N", () => 20);

    public static Command Create()
    {
        var command = new Command("connections", "Ours and NetMQ without us, with many connected clients: idle but one, and each with a request outstanding.")
        {
            Clients, Rounds, Options.Quick, Options.Json,
        };
        command.SetBenchmark(Measure);
        return command;
    }

    private static void Measure(ParseResult line, Report report)
    {
        Report.WarnOfDebugBuild();
        var rounds = line.GetValue(Options.Quick) ? 3 : line.GetValue(Rounds);
        var count = line.GetValue(Clients);
        using var competitors = new Competitors([Competitors.Star, Competitors.Batch]);
        ThroughputBenchmark.WarmUp(competitors, TimeSpan.FromSeconds(1));

        Load[] loads = [new(64, 1), new(64, 100)];
        var idle = new ThroughputBenchmark(loads, Turn);
        var waves = competitors.All.ConvertAll(_ => (Rate: new Sample(), P50: new Sample()));
        var crowds = competitors.All.ConvertAll(competitor => new ManyClients(competitor.Endpoint, count));
        try
        {
            for (var round = 0; round < rounds; round++)
            {
                idle.Run(competitors, 1);
                for (var i = 0; i < crowds.Count; i++) Ask(crowds[i], waves[i]);
            }
        }
        finally
        {
            crowds.ForEach(crowd => crowd.Dispose());
        }

        foreach (var table in idle.Figures()) report.Add(table);
        report.Add(idle.Ratios(Competitors.Star));
        var all = new Table($"All {count} clients with one request outstanding, in waves: medians of {rounds} rounds of {Turn.TotalMilliseconds} ms", "server", "msg/s", "p50 us");
        for (var i = 0; i < waves.Count; i++) all.Add(competitors.All[i].Name, waves[i].Rate.Median, waves[i].P50.Median);
        report.Add(all);
        var ratio = ThroughputBenchmark.Ratio(waves[0].Rate, waves[1].Rate);
        report.Summarise(FormattableString.Invariant($"{count} clients, each with one outstanding: {ratio.Median:0.00} x {Competitors.Batch}"));
    }

    private static void Ask(ManyClients crowd, (Sample Rate, Sample P50) samples)
    {
        var latencies = new LongHistogram(Series.LongestLatency.Ticks * TimeSpan.NanosecondsPerTick, 3);
        var (answers, elapsed) = crowd.Run(Turn, latencies);
        samples.Rate.Add(answers / elapsed.TotalSeconds);
        samples.P50.Add(latencies.GetValueAtPercentile(50) / 1e3);
    }
}
