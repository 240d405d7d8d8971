using System.Diagnostics;

namespace ClientBenchmarks;

/// <summary>What is left on the heap after many requests: it must not grow with their number.</summary>
internal static class Allocation
{
    private const int Callers = 1000;
    private const long TargetGrowth = 1_000_000;

    public static async Task<bool> Run(int millions)
    {
        using var pair = EchoPair.Started();
        await using var client = pair.NewClient(options => options.MaxOutstanding = Callers);
        var left = new List<long>();
        var allocated = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        for (var i = 1; i <= millions; i++)
        {
            var target = i * 1_000_000L;
            using var stop = new CancellationTokenSource();
            var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(() => Throughput.Ask(client, stop.Token))).ToList();
            while (client.Status.Answered < target) await Task.Delay(5);
            await stop.CancelAsync();
            await Task.WhenAll(callers);
            callers.Clear();
            left.Add(GC.GetTotalMemory(forceFullCollection: true));
            var each = (GC.GetTotalAllocatedBytes() - allocated) / client.Status.Answered;
            Console.WriteLine($"{client.Status.Answered,11:N0} requests, {clock.Elapsed.TotalSeconds,4:0} s: {left[^1],10:N0} B left on the heap, {each} B allocated for each, working set {Environment.WorkingSet:N0} B");
        }

        // The first million pays for what is made once.
        var growth = left[^1] - left[0];
        Console.WriteLine($"growth from the first million to the last: {growth:N0} B");
        return growth < TargetGrowth;
    }
}
