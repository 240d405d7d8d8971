using System.Diagnostics;

namespace Benchmarks.Common;

/// <summary>Waits for a condition; the limit is only there so that a run that hangs ends.</summary>
internal static class Until
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    public static void True(Func<bool> condition, TimeSpan limit, Func<string> what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            ThrowIfOver(start, limit, what);
            Thread.Sleep(Pause);
        }
    }

    /// <summary>The same without a thread, where those of the pool are what is measured.</summary>
    public static async Task TrueAsync(Func<bool> condition, TimeSpan limit, Func<string> what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            ThrowIfOver(start, limit, what);
            await Task.Delay(Pause);
        }
    }

    private static void ThrowIfOver(long start, TimeSpan limit, Func<string> what)
    {
        if (Stopwatch.GetElapsedTime(start) > limit) throw new TimeoutException($"waited {limit.TotalSeconds} s in vain until {what()}");
    }
}
