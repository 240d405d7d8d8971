using System.Diagnostics;
using Benchmarks.Common;

namespace Benchmarks.Client;

/// <summary>What is left on the heap after many requests: it must not grow with their number.</summary>
internal static class AllocationBenchmark
{
    private const int Callers = 1000;
    private const long TargetBytes = 1_000_000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public static async Task Run(int millions, Report report)
    {
        using var pair = new EchoPair(PairTiming.Default, detectCrash: true);
        pair.WaitUntilWhole();
        await using var client = pair.NewClient(Callers);
        var table = new Table($"{Callers} callers that never rest", "requests", "s", "left on the heap B", "allocated B/req", "working set B");
        var left = new List<long>();
        var allocated = GC.GetTotalAllocatedBytes();
        var start = Stopwatch.GetTimestamp();
        for (var i = 1; i <= millions; i++)
        {
            var target = i * 1_000_000L;
            await using (var callers = new BusyCallers(client, Callers))
            {
                callers.Start();
                await Until.TrueAsync(() => client.Status.Answered >= target, Limit, () => $"{target} requests were answered");
            }

            left.Add(GC.GetTotalMemory(forceFullCollection: true));
            var answered = client.Status.Answered;
            table.Add(answered, Stopwatch.GetElapsedTime(start).TotalSeconds, left[^1], (GC.GetTotalAllocatedBytes() - allocated) / answered, Environment.WorkingSet);
            Console.WriteLine($"{i} of {millions} million");
        }

        // The first million pays for what is made once.
        var growth = left[^1] - left[0];
        report.Add(table);
        report.Summarise($"{growth} B more on the heap after the last million than after the first");
        report.Target(growth < TargetBytes, $"less than {TargetBytes} B");
    }
}
