using System.Diagnostics;

namespace NetMQ.HighAvailability.Tests.Support;

/// <summary>Waits for a condition with a limit so generous that only a defect, not a busy machine, reaches it.</summary>
internal static class Wait
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static void Until(Func<bool> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > Limit) throw new TimeoutException($"Waited {Limit.TotalSeconds} s for: {what}");
            Thread.Sleep(1); // not spinning: what is waited for needs the processors
        }
    }

    public static void For(Task task, string what)
    {
        if (Task.WaitAny([task], Limit) < 0) throw new TimeoutException($"Waited {Limit.TotalSeconds} s for: {what}");
    }
}
