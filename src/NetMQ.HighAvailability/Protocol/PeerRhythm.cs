using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Protocol;

/// <summary>
/// Learns from when the peer's messages arrive how often it publishes: how much silence is worth a new connection, and
/// whether the peer has other timing than this node takes it to have.
/// </summary>
internal sealed class PeerRhythm(Timing timing)
{
    private const int Window = 5;
    private readonly TimeSpan[] intervals = new TimeSpan[Window];
    private TimeSpan? last;
    private int known;

    /// <summary>The mean of the last five intervals; null until there have been as many.</summary>
    public TimeSpan? Interval => known < Window ? null : Sum() / Window;

    /// <summary>
    /// After how much silence the peer is worth a new connection. Early enough for it to be received before it expires:
    /// where an attempt to connect is lost, the system repeats it only after 1 s. But not while a peer that publishes
    /// more rarely than expected is only as silent as ever.
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

    /// <summary>The longest mean interval that fits this node's timing: a lost message now and then does not reach it.</summary>
    public TimeSpan LongestExpected => timing.SlowerHeartbeat * 3 / 2;

    /// <summary>The peer publishes steadily, and more rarely than this node's timing allows for.</summary>
    public bool IsTooSlow
    {
        get
        {
            if (Interval is not { } mean || mean <= LongestExpected) return false;
            foreach (var interval in intervals)
            {
                // Lost messages make intervals that differ: what varies is no rhythm.
                if ((interval - mean).Duration() > mean / 4) return false;
            }

            return true;
        }
    }

    /// <summary>A valid message came at <paramref name="now"/>; the same moment may be given again.</summary>
    public void Received(TimeSpan now)
    {
        // The same message by another path, or one out of turn right behind another.
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
