using HdrHistogram;
using NetMQ.HighAvailability;

namespace EchoClient;

/// <summary>How long the answers took, and when the server changed.</summary>
internal sealed class Latencies(IReadOnlyList<string> servers)
{
    // From a microsecond to ten minutes, to three digits.
    private const long Highest = 600_000_000;

    // A picture needs no more than the worst of every slot; so a long run takes little memory.
    private static readonly TimeSpan Slot = TimeSpan.FromMilliseconds(10);

    private readonly Lock gate = new();
    private readonly long start = TimeProvider.System.GetTimestamp();
    private readonly LongHistogram histogram = new(1, Highest, 3);
    private readonly List<(TimeSpan At, TimeSpan Waited)> worst = [];
    private readonly List<(TimeSpan At, string What)> changes = [];
    private int failovers;

    /// <summary>Since the start.</summary>
    public TimeSpan Now => TimeProvider.System.GetElapsedTime(start);

    /// <summary>When a request was asked whose answer took longest in its slot of time, and how long.</summary>
    public IReadOnlyList<(TimeSpan At, TimeSpan Waited)> Worst => worst;

    public IReadOnlyList<(TimeSpan At, string What)> Changes
    {
        get
        {
            lock (gate) return [.. changes];
        }
    }

    public string Summary
    {
        get
        {
            var answered = histogram.TotalCount;
            var latency = answered == 0 ? "" : $"; latency p50 {Percentile(50)}, p99 {Percentile(99)}, max {Text(histogram.GetMaxValue())}";
            lock (gate) return $"{answered} requests answered, {failovers} failovers{latency}";
        }
    }

    /// <returns>How long the answer took to a request asked at <paramref name="asked"/>.</returns>
    public TimeSpan Add(TimeSpan asked)
    {
        var waited = Now - asked;
        histogram.RecordValue(Math.Clamp((long)waited.TotalMicroseconds, 1, Highest));
        if (worst.Count == 0 || asked - worst[^1].At >= Slot) worst.Add((asked, waited));
        else if (waited > worst[^1].Waited) worst[^1] = (worst[^1].At, waited);
        return waited;
    }

    /// <returns>What happened, in words.</returns>
    public string Note(ServerChangedEventArgs change)
    {
        var what = change.PreviousServer is null
            ? $"{change.NewServer} answers"
            : $"{change.NewServer} answers instead of {change.PreviousServer} ({change.Reason}), {change.Duration.TotalMilliseconds:0.0} ms later";
        lock (gate)
        {
            changes.Add((Now, what));
            if (change.NewServer != (change.PreviousServer ?? servers[0])) failovers++; // the first is tried first
        }

        return what;
    }

    private string Percentile(double percentile) => Text(histogram.GetValueAtPercentile(percentile));

    private static string Text(long microseconds) => $"{microseconds / 1000.0:0.00} ms";
}
