using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Protocol;

/// <summary>
/// Infers from the arrival of the peer's messages how often it publishes: after how much silence to reconnect, and
/// whether the peer's timing differs from what this node is configured for.
/// </summary>
internal sealed class PeerRhythm(Timing timing)
{
    private const int Window = 5;
    private readonly TimeSpan[] intervals = new TimeSpan[Window];
    private TimeSpan? last;
    private int known;

    /// <summary>The mean of the last five intervals; null until there have been five.</summary>
    public TimeSpan? Interval => known < Window ? null : Sum() / Window;

    /// <summary>
    /// After how much silence to reconnect. Early enough for a message to arrive before the peer expires:
    /// if a connection attempt is lost, the system repeats it only after 1 s. But not while a peer that publishes
    /// more rarely than expected is no more silent than usual.
    /// </summary>
    public TimeSpan Patience
    {
        get
        {
            var (shortest, longest) = (timing.Failover / 2, timing.Failover * 3 / 4);
            if (last is null) return shortest;
            var usual = Interval * 3 / 2 ?? longest;
            return Max(shortest, Min(usual, longest));
        }
    }

    /// <summary>The longest mean interval that fits this node's timing: an occasional lost message does not reach it.</summary>
    public TimeSpan LongestExpected => timing.SlowerHeartbeat * 3 / 2;

    /// <summary>The peer publishes steadily, but more rarely than this node's timing allows.</summary>
    public bool IsTooSlow
    {
        get
        {
            if (Interval is not { } mean || mean <= LongestExpected) return false;
            foreach (var interval in intervals)
            {
                // Lost messages make intervals differ: varying intervals show no rhythm.
                if ((interval - mean).Duration() > mean / 4) return false;
            }

            return true;
        }
    }

    /// <summary>A valid message arrived at <paramref name="now"/>; the same time may be passed more than once.</summary>
    public void Received(TimeSpan now)
    {
        // The same message by another path, or an unscheduled one right after another.
        if (now - last < timing.Tick && now >= last) return;
        if (last is { } before && now > before)
        {
            for (var i = 1; i < Window; i++) intervals[i - 1] = intervals[i];
            intervals[Window - 1] = now - before;
            if (known < Window) known++;
        }

        last = now;
    }

    private TimeSpan Sum()
    {
        var sum = TimeSpan.Zero;
        foreach (var interval in intervals) sum += interval;
        return sum;
    }
}
