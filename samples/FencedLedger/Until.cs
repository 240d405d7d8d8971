using System.Diagnostics;

namespace FencedLedger;

/// <summary>Waits for a condition, not for a time; the limit is only there so that a broken pair ends the demo.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(5);

    public static Task True(Func<bool> condition, string what, CancellationToken cancellation) => True(() => Task.FromResult(condition()), what, cancellation);

    public static async Task True(Func<Task<bool>> condition, string what, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Limit) throw new TimeoutException($"waited {Limit.TotalSeconds} s in vain until {what}");
            await Task.Delay(Nap, cancellation);
        }
    }
}
