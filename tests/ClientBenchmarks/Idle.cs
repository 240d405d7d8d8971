using System.Diagnostics;

namespace ClientBenchmarks;

/// <summary>What a client costs that is connected and has nothing to do.</summary>
internal static class Idle
{
    private const double TargetPercent = 0.5;

    public static async Task<bool> Run(int seconds)
    {
        using var pair = EchoPair.Started();
        var without = await Cpu(seconds);
        await using var client = pair.NewClient();
        await client.RequestAsync(new byte[1]);
        await Task.Delay(1000);
        var healthy = await Cpu(seconds);
        pair.Kill(1);
        await Task.Delay(1000);
        var halved = await Cpu(seconds);

        Console.WriteLine($"of one core over {seconds} s: process without a client {without:0.00} %, with one {healthy:0.00} %, with one and the passive server down {halved:0.00} %");
        return healthy < TargetPercent;
    }

    private static async Task<double> Cpu(int seconds)
    {
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        self.Refresh();
        return 100 * (self.TotalProcessorTime - before) / clock.Elapsed;
    }
}
