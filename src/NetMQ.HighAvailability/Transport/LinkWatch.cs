using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Transport;

/// <summary>
/// Dials anew after each half failover timeout of silence, and warns, once for each episode, of a link that works one way
/// only: heard but not subscribed to, or subscribed to and not heard. Such a pair looks healthy from one side, and ends
/// with two active nodes at the next failover.
/// </summary>
internal sealed class LinkWatch(PeerLink link, Timing timing, ILogger logger)
{
    // Early enough to hear the peer before it expires: where an attempt is lost, the system repeats it only after 1 s.
    private readonly TimeSpan patience = timing.Failover / 2;
    private TimeSpan lastDial;
    private TimeSpan? oneWaySince;
    private bool warned;

    /// <summary>Dials for the first time.</summary>
    public void Begin(TimeSpan now)
    {
        lastDial = now;
        link.Dial(now);
    }

    /// <summary>Once a turn.</summary>
    /// <returns>Whether it dialled anew.</returns>
    public bool Look(TimeSpan now, TimeSpan? heard)
    {
        WarnIfOneWay(now, hears: now - heard < timing.Failover);
        if (now - lastDial < patience || now - heard < patience) return false;
        Begin(now);
        return true;
    }

    private void WarnIfOneWay(TimeSpan now, bool hears)
    {
        if (hears == link.HasSubscriber)
        {
            oneWaySince = null;
            warned = false;
            return;
        }

        // Either half may come up or go first, and the other gets two failover timeouts to follow.
        oneWaySince ??= now;
        if (warned || now - oneWaySince < 2 * timing.Failover) return;
        warned = true;
        if (hears) Log.NotSubscribed(logger, now - oneWaySince.Value);
        else Log.NotHeard(logger, now - oneWaySince.Value);
    }
}
