using Benchmarks.Common;
using Benchmarks.Scale;

namespace Benchmarks.Arbiters;

/// <summary>
/// Idle pairs with an arbiter and as many without, in a process each: both run, and are watched, at the same time, so that whatever else the machine
/// does it does to both. They are started several times, as two processes of the same program differ.
/// </summary>
internal sealed class CpuComparison(int pairs, int perPoller, TimeSpan warmUp, TimeSpan turn)
{
    private readonly Sample with = new();
    private readonly Sample without = new();

    /// <summary>By round.</summary>
    public Sample Ratios { get; } = new();

    public void Run(int starts, int rounds)
    {
        for (var start = 0; start < starts; start++) Run((rounds * (start + 1) / starts) - (rounds * start / starts));
    }

    public Table Figures()
    {
        var table = new Table(
            $"Processor time of {2 * pairs} idle nodes at default settings, in {Ratios.Count} rounds of {turn.TotalSeconds:0} s: % of a core for each node",
            "arbiter", "median", "10 %", "90 %", "ratio", "10 %: ratio", "90 %: ratio");
        table.Add("none", without.Median, without.Quantile(0.1), without.Quantile(0.9), null, null, null);
        table.Add("in the process's memory", with.Median, with.Quantile(0.1), with.Quantile(0.9), Ratios.Median, Ratios.Quantile(0.1), Ratios.Quantile(0.9));
        return table;
    }

    private void Run(int rounds)
    {
        using var plain = new IdleNodes(2 * pairs, perPoller);
        using var arbitrated = new IdleNodes(2 * pairs, perPoller, arbiter: true);
        plain.WaitUntilWhole();
        arbitrated.WaitUntilWhole();
        Thread.Sleep(warmUp);
        for (var i = 0; i < rounds; i++)
        {
            var (plainBefore, arbitratedBefore) = (plain.Server.CpuTime, arbitrated.Server.CpuTime);
            Thread.Sleep(turn);
            without.Add(PerNode(plain.Server.CpuTime - plainBefore));
            with.Add(PerNode(arbitrated.Server.CpuTime - arbitratedBefore));
            Ratios.Add(with.Values[^1] / without.Values[^1]);
        }
    }

    private double PerNode(TimeSpan cpu) => 100 * (cpu / turn) / (2 * pairs);
}
