using System.Diagnostics;
using Benchmarks.Common;

namespace Benchmarks.Throughput;

/// <summary>
/// Floods of requests, in turns to the active node, which echoes them, and to the passive one, which drops them: what
/// a client that asks the wrong server costs.
/// </summary>
internal sealed class RejectBenchmark
{
    private const int Bytes = 64;
    private const int Requests = 200_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly (Sample Rate, Sample Cpu) accepted = (new(), new());
    private readonly (Sample Rate, Sample Cpu) rejected = (new(), new());

    public void Run(Competitors competitors, int rounds)
    {
        var star = competitors[Competitors.Star]!;
        using var wrong = new LoadGenerator(competitors.PassiveVoter);
        for (var round = 0; round < rounds; round++)
        {
            Measure(accepted, star.Server, star.Client, count: 1);
            star.Client.Drain(TimeSpan.FromMilliseconds(100));
            Measure(rejected, star.Peer!, wrong, count: 2);
        }
    }

    public Table Figures()
    {
        var table = new Table($"Floods of {Requests} requests of {Bytes} B, {accepted.Rate.Count} rounds, medians", "path", "msg/s", "CPU us/msg");
        table.Add("accepted (active node, echoed)", accepted.Rate.Median, accepted.Cpu.Median);
        table.Add("rejected (passive node, dropped)", rejected.Rate.Median, rejected.Cpu.Median);
        return table;
    }

    // The position of the count in the report of a StarEcho.
    private static void Measure((Sample Rate, Sample Cpu) samples, ServerProcess server, LoadGenerator client, int count)
    {
        var target = server.Ask()[count] + Requests;
        var cpu = server.CpuTime;
        var start = Stopwatch.GetTimestamp();
        client.Flood(Bytes, Requests);
        Until.True(() => server.Ask()[count] >= target, Limit, () => "the flood was received whole");

        samples.Rate.Add(Requests / Stopwatch.GetElapsedTime(start).TotalSeconds);
        samples.Cpu.Add((server.CpuTime - cpu).TotalMicroseconds / Requests);
    }
}
