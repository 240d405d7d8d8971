using System.Diagnostics;

namespace Benchmarks.Common;

/// <summary>Waits for a condition; the limit is only there so that a run that hangs ends.</summary>
internal static class Until
{
    public static void True(Func<bool> condition, TimeSpan limit, Func<string> what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > limit) throw new TimeoutException($"waited {limit.TotalSeconds} s in vain until {what()}");
            Thread.Sleep(2);
        }
    }
}
