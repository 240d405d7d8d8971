using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using Benchmarks.Common;
using Benchmarks.Serve;
using NetMQ;
using Processes;

namespace Benchmarks.Micro;

/// <summary>
/// What NetMQ allocates for a request that the bare loop echoes, by type, and what its options do about that and to
/// the throughput. A client in a process of its own asks.
/// </summary>
internal sealed class NetMQAlone
{
    private const int Bytes = 64;
    private const int Window = 100;
    private const int PoolBytes = 64 * 1024 * 1024;
    private const int LargestPooledBytes = 64 * 1024;
    private const double LeastShown = 1; // byte for a request

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1.5);

    private readonly Variant[] variants =
    [
        new("as it comes", Pooled: false, HighWatermark: 0),
        new("with its buffer pool", Pooled: true, HighWatermark: 0),
        new("with high-water marks of 1,000", Pooled: false, HighWatermark: 1000),
    ];

    /// <summary>All variants in turns.</summary>
    public void Measure(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            foreach (var variant in variants) Watch(variant);
        }
    }

    public Table Allocations()
    {
        var table = new Table($"NetMQ alone, {Bytes} B, {Window} outstanding: B/msg that the server allocates, on all its threads", ["what", .. variants.Select(variant => variant.Name)]);
        foreach (var what in variants.SelectMany(variant => variant.Allocated.Keys).Distinct().OrderByDescending(what => variants[0].PerAnswer(what)))
        {
            if (variants.Max(variant => variant.PerAnswer(what)) >= LeastShown) table.Add([what, .. variants.Select(variant => (object)variant.PerAnswer(what))]);
        }

        table.Add(["all", .. variants.Select(variant => (object)variant.Allocated.Keys.Sum(variant.PerAnswer))]);
        return table;
    }

    public Table Throughput()
    {
        var table = new Table($"The same: requests a second, medians of {variants[0].Rates.Count} rounds of {Turn.TotalSeconds:0.0} s", "NetMQ", "msg/s", "ratio", "10 %", "90 %");
        foreach (var variant in variants)
        {
            var ratios = new Sample();
            foreach (var (rate, plain) in variant.Rates.Values.Zip(variants[0].Rates.Values)) ratios.Add(rate / plain);
            table.Add(variant.Name, variant.Rates.Median, ratios.Median, ratios.Quantile(0.1), ratios.Quantile(0.9));
        }

        return table;
    }

    private static void Watch(Variant variant)
    {
        NetMQConfig.Cleanup(block: true); // whatever is still on its way goes back to the pool that it is from
        if (variant.Pooled) BufferPool.SetBufferManagerBufferPool(PoolBytes, LargestPooledBytes);
        else BufferPool.SetGCBufferPool();

        var endpoint = $"tcp://127.0.0.1:{FreePorts.Take(1)[0]}";
        var echo = new BareEcho(endpoint, drain: true, variant.HighWatermark);
        var thread = new Thread(echo.Run) { IsBackground = true };
        thread.Start();
        var client = ServerProcess.Serve("asking", endpoint, $"{Bytes}", $"{Window}");
        try
        {
            Thread.Sleep(WarmUp);
            using var allocations = new AllocationListener(variant.Allocated);
            var answers = client.Ask()[0];
            Thread.Sleep(Turn);
            answers = client.Ask()[0] - answers;
            variant.Answers += answers;
            variant.Rates.Add(answers / Turn.TotalSeconds);
        }
        finally
        {
            Children.Dispose(client);
            echo.Dispose();
            thread.Join();
        }
    }

    private sealed record Variant(string Name, bool Pooled, int HighWatermark)
    {
        public long Answers { get; set; }

        public Sample Rates { get; } = new();

        /// <summary>Bytes, by what they are.</summary>
        public ConcurrentDictionary<string, long> Allocated { get; } = new();

        public double PerAnswer(string what) => (double)Allocated.GetValueOrDefault(what) / Answers;
    }

    /// <summary>The runtime tells of one allocation in every hundred kilobytes.</summary>
    private sealed class AllocationListener(ConcurrentDictionary<string, long> allocated) : EventListener
    {
        private const EventKeywords Collector = (EventKeywords)1;

        protected override void OnEventSourceCreated(EventSource source)
        {
            if (source.Name == "Microsoft-Windows-DotNETRuntime") EnableEvents(source, EventLevel.Verbose, Collector);
        }

        protected override void OnEventWritten(EventWrittenEventArgs e)
        {
            if (e.EventName is not { } name || !name.StartsWith("GCAllocationTick", StringComparison.Ordinal)) return;
            var bytes = (long)Value<ulong>(e, "AllocationAmount64");
            allocated.AddOrUpdate($"{Value<string>(e, "TypeName")}, {Value<ulong>(e, "ObjectSize")} B", bytes, (_, sum) => sum + bytes);
        }

        private static T Value<T>(EventWrittenEventArgs e, string field) => (T)e.Payload![e.PayloadNames!.IndexOf(field)]!;
    }
}
