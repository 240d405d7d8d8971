using System.Diagnostics;
using Benchmarks.Common;
using Processes;

namespace Benchmarks.Client;

/// <summary>What a client costs that is connected and has nothing to do.</summary>
internal static class IdleBenchmark
{
    private const double TargetPercent = 0.5;

    public static async Task Run(int seconds, Report report)
    {
        using var pair = new EchoPair(PairTiming.Default, detectCrash: true);
        var active = pair.WaitUntilWhole();
        var without = await Cpu(seconds);
        await using var client = pair.NewClient();
        await client.RequestAsync(new byte[1]);
        await Task.Delay(1000);
        var healthy = await Cpu(seconds);
        Signals.SendKill(pair.Nodes[1 - active].Id);
        await Task.Delay(1000);
        var halved = await Cpu(seconds);

        var table = new Table($"Processor time of an idle process, {seconds} s each", "with", "CPU % of a core");
        table.Add("no client", without);
        table.Add("a client of a whole pair", healthy);
        table.Add("a client whose passive server is down", halved);
        report.Add(table);
        report.Summarise(FormattableString.Invariant($"{healthy:0.00} % of a core, {halved:0.00} % with the passive server down"));
        report.Target(healthy < TargetPercent, FormattableString.Invariant($"less than {TargetPercent:0.0} %"));
    }

    private static async Task<double> Cpu(int seconds)
    {
        var before = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        return 100 * (Environment.CpuUsage.TotalTime - before) / clock.Elapsed;
    }
}
