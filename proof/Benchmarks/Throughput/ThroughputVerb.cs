using System.CommandLine;
using Benchmarks.Common;
using NetMQ.HighAvailability;

namespace Benchmarks.Throughput;

/// <summary>The verb <c>throughput</c>.</summary>
internal static class ThroughputVerb
{
    private const int Small = 64;

    private static readonly TimeSpan IdleFor = TimeSpan.FromSeconds(5);

    // A request carries a time stamp.
    private static readonly Option<int[]> Sizes = Several("--bytes", "The size of a message", least: sizeof(long), [Small, 1024]);
    private static readonly Option<int[]> Windows = Several("--outstanding", "How many requests the client keeps outstanding", least: 1, [1, 10, 100, 1000]);
    private static readonly Option<int> Rounds = Options.Positive("--rounds", "Turns of each server under each load", "N", () => 20);
    private static readonly Option<int> Starts = Options.Positive("--starts", "How often all servers are started; the rounds are spread over them", "N", () => 5);
    private static readonly Option<int> Turn = Options.Positive("--turn", "How long a turn lasts, in milliseconds", "MS", () => 300);

    private static readonly Option<bool> Async = new("--async") { Description = "Instead, compare asynchronous handlers that are done at once with a synchronous one" };

    private static readonly Option<bool> Arbiter = new("--arbiter") { Description = "Instead, compare a pair that has an arbiter with one that has none" };

    private static readonly Option<int> Places = Options.Positive("--max-concurrency", "With --async: how many requests a server has in progress at most", "N", () => new VoterOptions().MaxConcurrency);

    public static Command Create()
    {
        var command = new Command("throughput", "Ours, NetMQ without us, and libzmq in C, as echo servers under the same client.")
        {
            Rounds, Starts, Turn, Sizes, Windows, Async, Arbiter, Places, Options.Quick, Options.Json, Options.Plot,
        };
        command.Validators.Add(line =>
        {
            if (line.GetValue(Async) && line.GetValue(Arbiter)) line.AddError("Say either --async or --arbiter.");
        });
        command.SetBenchmark(Measure);
        return command;
    }

    private static void Measure(ParseResult line, Report report)
    {
        Report.WarnOfDebugBuild();
        var (asynchronous, arbiter) = (line.GetValue(Async), line.GetValue(Arbiter));
        var usual = !asynchronous && !arbiter;
        string[] names = asynchronous ? [Competitors.Star, .. Competitors.Asynchronous, Competitors.Batch] : arbiter ? Competitors.Arbitrated : Competitors.Usual;
        var quick = line.GetValue(Options.Quick);
        var rounds = quick ? 3 : line.GetValue(Rounds);
        var starts = quick ? 1 : Math.Min(line.GetValue(Starts), rounds);
        Load[] loads = [.. line.GetValue(Sizes)!.SelectMany(_ => line.GetValue(Windows)!, (bytes, window) => new Load(bytes, window))];

        var benchmark = new ThroughputBenchmark(loads, TimeSpan.FromMilliseconds(quick ? 100 : line.GetValue(Turn)));
        var floods = new RejectBenchmark();
        HeartbeatWatch? heartbeats = null;
        Table? idle = null;
        for (var start = 0; start < starts; start++)
        {
            using var competitors = new Competitors(names, line.GetValue(Places));
            ThroughputBenchmark.WarmUp(competitors, TimeSpan.FromSeconds(quick ? 0.5 : 2));
            var share = (rounds * (start + 1) / starts) - (rounds * start / starts);
            using (heartbeats = new HeartbeatWatch(competitors.StateEndpoints, PairTiming.Default.Heartbeat, heartbeats)) benchmark.Run(competitors, share);
            if (usual) floods.Run(competitors, share);
            if (start == starts - 1) idle = Idle(competitors, quick ? IdleFor / 2 : IdleFor);
        }

        var lateness = new Table($"Heartbeats of our two nodes meanwhile, at H = {PairTiming.Default.Heartbeat.TotalMilliseconds} ms", "late p50 ms", "p99 ms", "max ms");
        lateness.Add(heartbeats!.LatenessMs(50), heartbeats.LatenessMs(99), heartbeats.LatenessMs(100));
        foreach (var table in benchmark.Figures()) report.Add(table);
        report.Add(asynchronous ? benchmark.AsyncRatios() : benchmark.Ratios(arbiter ? Competitors.StarArbiter : Competitors.Star));
        report.Add(lateness);
        if (usual) report.Add(floods.Figures());
        report.Add(idle!);
        if (asynchronous) SummariseAsync(report, benchmark, loads);
        else if (arbiter) ArbiterTarget.Judge(report, benchmark, loads);
        else Summarise(report, benchmark, loads);
        if (line.GetValue(Options.Plot) is { } file) Draw(file, benchmark, loads);
    }

    private static void Summarise(Report report, ThroughputBenchmark benchmark, Load[] loads)
    {
        foreach (var load in loads.Where(load => load.Bytes == Small && load.Window >= 100))
        {
            Compare(report, benchmark, load, Competitors.Batch);
            if (benchmark.Names.Contains(Competitors.NativeReactor)) Compare(report, benchmark, load, Competitors.NativeReactor);
        }
    }

    private static void SummariseAsync(Report report, ThroughputBenchmark benchmark, Load[] loads)
    {
        foreach (var load in loads.Where(load => load.Bytes == Small))
        {
            var ratios = Competitors.Asynchronous.Select(name =>
                $"{ThroughputBenchmark.Ratio(benchmark[load, name].MessagesPerSecond, benchmark[load, Competitors.Star].MessagesPerSecond).Median:0.00}");
            report.Summarise($"{load}: {string.Join('/', ratios)} x synchronous (node's thread/pool/queue)");
        }
    }

    private static Option<int[]> Several(string name, string description, int least, int[] otherwise)
    {
        var option = new Option<int[]>(name) { Description = $"{description}; repeatable", HelpName = "N", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int[]>()!.Any(number => number < least)) given.AddError($"{name} must be {least} or more.");
        });
        return option;
    }

    private static void Compare(Report report, ThroughputBenchmark benchmark, Load load, string other)
    {
        var ratio = ThroughputBenchmark.Ratio(benchmark[load, Competitors.Star].MessagesPerSecond, benchmark[load, other].MessagesPerSecond);
        report.Summarise(FormattableString.Invariant($"{load}: {ratio.Median:0.00} x {other}"));
    }

    private static Table Idle(Competitors competitors, TimeSpan duration)
    {
        var table = new Table($"The servers afterwards, left alone for {duration.TotalSeconds:0.#} s", "server", "idle CPU % of a core", "resident MiB", "threads", "start to first answer ms");
        var before = competitors.All.ConvertAll(competitor => competitor.Server.CpuTime);
        Thread.Sleep(duration);
        foreach (var (competitor, cpu) in competitors.All.Zip(before))
        {
            var server = competitor.Server;
            table.Add(competitor.Name, 100 * (server.CpuTime - cpu) / duration, server.ResidentMiB, server.Threads, competitor.FirstAnswer.TotalMilliseconds);
        }

        return table;
    }

    private static void Draw(FileInfo file, ThroughputBenchmark benchmark, Load[] loads)
    {
        var small = loads.Where(load => load.Bytes == Small).ToArray();
        if (small.Length == 0) return;

        Plots.Bars(
            file, "64 B, thousands of messages a second, by requests outstanding",
            [.. small.Select(load => load.Window.ToString(System.Globalization.CultureInfo.InvariantCulture))],
            [.. benchmark.Names.Where(name => name != Competitors.Again)
                .Select(name => (name, small.Select(load => benchmark[load, name].MessagesPerSecond.Median / 1e3).ToArray()))]);
    }
}
