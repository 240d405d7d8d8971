using Benchmarks.Throughput;
using HdrHistogram;

namespace Benchmarks.Serve;

/// <summary>The other side: a client in a process of its own, where it is this one that is measured.</summary>
internal sealed class Asking(string voter, int bytes, int window) : IServer
{
    private readonly LoadGenerator client = new(voter);
    private readonly LongHistogram latencies = new(TimeSpan.NanosecondsPerTick * TimeSpan.TicksPerMinute, 1);
    private long answers;

    public void Run()
    {
        while (true) Interlocked.Add(ref answers, client.Run(bytes, window, TimeSpan.FromMilliseconds(50), latencies).Answers);
    }

    /// <summary>Answers that have come.</summary>
    public long[] Report() => [Interlocked.Read(ref answers)];

    public void Dispose() => client.Dispose();
}
