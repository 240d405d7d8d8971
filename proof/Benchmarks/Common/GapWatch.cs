using System.Diagnostics;

namespace Benchmarks.Common;

/// <summary>The longest time in which none of many callers was answered.</summary>
internal sealed class GapWatch
{
    private readonly Lock gate = new();
    private long last = Stopwatch.GetTimestamp();
    private TimeSpan longest;

    public void Answered()
    {
        lock (gate)
        {
            var now = Stopwatch.GetTimestamp();
            var gap = Stopwatch.GetElapsedTime(last, now);
            if (gap > longest) longest = gap;
            last = now;
        }
    }

    /// <summary>The longest since the last call of this, and begins anew. A gap counts when it ends.</summary>
    public TimeSpan Take()
    {
        lock (gate)
        {
            var taken = longest;
            longest = TimeSpan.Zero;
            return taken;
        }
    }
}
