using System.Diagnostics;

namespace FailoverDemo;

/// <summary>Waits for a condition, not for a time; the limit is only there so that a broken pair ends the demo.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task True(Func<bool> condition, string what, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Limit) throw new TimeoutException($"waited {Limit.TotalSeconds} s in vain until {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellation);
        }
    }
}
