using System.CommandLine;
using Benchmarks.Common;
using NetMQ;
using Processes;

namespace Benchmarks.Throughput;

/// <summary>The verb <c>curve</c>: what encryption leaves of the throughput, beside NetMQ's own.</summary>
internal static class CurveVerb
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(300);
    private static readonly int[] Windows = [1, 10, 100, 1000];
    private static readonly Option<int> Rounds = Options.Positive("--rounds", "Turns of each server under each load", "N", () => 20);

    public static Command Create()
    {
        var command = new Command("curve", "Ours and NetMQ without us, both with CURVE, under the same client, alternately.") { Rounds, Options.Quick, Options.Json };
        command.SetBenchmark(Measure);
        return command;
    }

    private static void Measure(ParseResult line, Report report)
    {
        Report.WarnOfDebugBuild();
        var rounds = line.GetValue(Options.Quick) ? 2 : line.GetValue(Rounds);
        var keys = new NetMQCertificate();
        var ports = FreePorts.Take(5).Select(port => $"tcp://127.0.0.1:{port}").ToArray();
        // They end with this program.
        _ = ServerProcess.Serve("star-curve", ports[3], "Backup", ports[2], ports[1], keys.SecretKeyZ85!, keys.PublicKeyZ85);
        var star = ServerProcess.Serve("star-curve", ports[0], "Primary", ports[1], ports[2], keys.SecretKeyZ85!, keys.PublicKeyZ85);
        var batch = ServerProcess.Serve("batch-curve", ports[4], keys.SecretKeyZ85!, keys.PublicKeyZ85);
        Until.True(() => star.Ask()[^1] == 1, TimeSpan.FromSeconds(20), () => "the primary is active");
        using var ours = new CurveClientLoad(ports[0], keys.PublicKey);
        using var theirs = new CurveClientLoad(ports[4], keys.PublicKey);
        foreach (var client in (CurveClientLoad[])[ours, theirs]) client.Run(64, 100, TimeSpan.FromSeconds(1)); // compiles

        var table = new Table($"64 B with CURVE: medians of {rounds} rounds of {Turn.TotalMilliseconds} ms", "outstanding", "BinaryStar msg/s", "NetMQ msg/s", "ratio", "10 %", "90 %", "CPU ratio");
        foreach (var window in Windows)
        {
            var (our, their, ratio, cpu) = (new Sample(), new Sample(), new Sample(), new Sample());
            for (var round = 0; round < rounds; round++)
            {
                var (ourRate, ourCpu) = Run(ours, star, window);
                var (theirRate, theirCpu) = Run(theirs, batch, window);
                our.Add(ourRate);
                their.Add(theirRate);
                ratio.Add(ourRate / theirRate);
                cpu.Add(ourCpu / theirCpu);
            }

            table.Add(window, our.Median, their.Median, ratio.Median, ratio.Quantile(0.1), ratio.Quantile(0.9), cpu.Median);
        }

        report.Add(table);
    }

    private static (double Rate, double CpuPerMessage) Run(CurveClientLoad client, ServerProcess server, int window)
    {
        var cpu = server.CpuTime;
        var rate = client.Run(64, window, Turn);
        return (rate, (server.CpuTime - cpu).TotalSeconds / rate);
    }
}
