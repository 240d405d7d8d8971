using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Transport;

/// <summary>
/// Warns, once for each episode, of a link that works one way only: heard but not subscribed to, or subscribed to and
/// not heard. Such a pair looks healthy from one side, and ends with two active nodes at the next failover.
/// </summary>
internal sealed class LinkWatch(Timing timing, ILogger logger)
{
    private TimeSpan? since;
    private bool warned;

    public void Look(TimeSpan now, TimeSpan? heard, bool hasSubscriber)
    {
        var hears = now - heard < timing.Failover;
        if (hears == hasSubscriber)
        {
            since = null;
            warned = false;
            return;
        }

        // Either half may come up or go first, and the other gets two failover timeouts to follow.
        since ??= now;
        if (warned || now - since < 2 * timing.Failover) return;
        warned = true;
        if (hears) Log.NotSubscribed(logger, now - since.Value);
        else Log.NotHeard(logger, now - since.Value);
    }
}
