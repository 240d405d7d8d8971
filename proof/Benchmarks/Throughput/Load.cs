using Benchmarks.Common;
using HdrHistogram;

namespace Benchmarks.Throughput;

/// <summary>A message size and a number of requests outstanding.</summary>
internal readonly record struct Load(int Bytes, int Window)
{
    public override string ToString() => $"{(Bytes < 1024 ? $"{Bytes} B" : $"{Bytes / 1024} KB")}, {Window} outstanding";
}

/// <summary>One competitor under one load: a value for each round, and all its latencies.</summary>
internal sealed class Series
{
    public static readonly TimeSpan LongestLatency = TimeSpan.FromSeconds(10);

    public Sample MessagesPerSecond { get; } = new();

    public Sample CpuMicroseconds { get; } = new();

    public Sample BytesAllocated { get; } = new();

    public Sample P50Microseconds { get; } = new();

    public Sample P99Microseconds { get; } = new();

    public LongHistogram Latencies { get; } = new(LongestLatency.Ticks * TimeSpan.NanosecondsPerTick, 3);

    public int Lost { get; private set; }

    /// <summary>Puts one competitor under load for a while and notes what came of it.</summary>
    public void Measure(Competitor competitor, Load load, TimeSpan duration)
    {
        var latencies = new LongHistogram(LongestLatency.Ticks * TimeSpan.NanosecondsPerTick, 3);
        var allocated = competitor.Allocated;
        var cpu = competitor.Server.CpuTime;
        var (answers, elapsed, lost) = competitor.Client.Run(load.Bytes, load.Window, duration, latencies);
        cpu = competitor.Server.CpuTime - cpu;
        allocated = competitor.Allocated - allocated;

        MessagesPerSecond.Add(answers / elapsed.TotalSeconds);
        CpuMicroseconds.Add(cpu.TotalMicroseconds / answers);
        BytesAllocated.Add((double)allocated / answers);
        P50Microseconds.Add(latencies.GetValueAtPercentile(50) / 1e3);
        P99Microseconds.Add(latencies.GetValueAtPercentile(99) / 1e3);
        Latencies.Add(latencies);
        Lost += lost;
    }
}
