namespace NetMQ.HighAvailability.Protocol;

/// <summary>What is wrong with the state link, or that it works again.</summary>
[Flags]
internal enum LinkFinding : byte
{
    None = 0,
    NeverReceived = 1, // nothing from the peer since the start, and there is no subscriber
    NotSubscribed = 2, // the peer's messages arrive, but it has not subscribed
    NotReceived = 4,   // there is a subscriber, but nothing arrives from the peer
    Works = 8,         // in both directions, after one of the above was reported
}

/// <summary>
/// Detects a state link that never worked, or works in one direction only: such a pair looks healthy from one side, and ends up with
/// two active nodes at the next failover. Each fault is reported once until the link has worked again. A peer that was
/// there and is gone is not a fault of the link.
/// </summary>
internal sealed class LinkDiagnosis(Timing timing)
{
    private LinkFinding condition;
    private LinkFinding reported;
    private bool hasReceived;
    private TimeSpan started;

    /// <summary>When the current condition began.</summary>
    public TimeSpan Since { get; private set; }

    // Either direction may come up or go down first; the other has two failover timeouts to follow.
    private TimeSpan Patience => 2 * timing.Failover;

    /// <summary>The node starts.</summary>
    public void Begin(TimeSpan now) => started = now;

    /// <summary>Once a turn; <see cref="LinkFinding.None"/> unless there is something new to report.</summary>
    /// <param name="now">The time of the turn.</param>
    /// <param name="received">When a valid message of the peer last arrived.</param>
    /// <param name="hasSubscriber">Whether there is a subscriber to this node's state.</param>
    public LinkFinding Check(TimeSpan now, TimeSpan? received, bool hasSubscriber)
    {
        hasReceived |= received is not null;
        var found = (now - received < timing.Failover, hasSubscriber) switch
        {
            (true, true) => LinkFinding.Works,
            (true, false) => LinkFinding.NotSubscribed,
            (false, true) => LinkFinding.NotReceived,
            _ => hasReceived ? LinkFinding.None : LinkFinding.NeverReceived,
        };
        if (found != condition)
        {
            condition = found;
            Since = found == LinkFinding.NeverReceived ? started : now;
        }

        if (found == LinkFinding.Works)
        {
            var isNews = reported != LinkFinding.None;
            reported = LinkFinding.None;
            return isNews ? found : LinkFinding.None;
        }

        if ((reported & found) != 0 || now - Since < Patience) return LinkFinding.None;
        reported |= found;
        return found;
    }
}
