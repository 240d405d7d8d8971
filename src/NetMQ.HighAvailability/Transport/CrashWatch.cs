using System.Net;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Transport;

/// <summary>Follows up a lost connection: has the peer's process died? On the poller's thread, but for the probe.</summary>
internal sealed class CrashWatch(
    PairEngine engine, PeerLink link, TimeProvider time, Func<TimeSpan> now, Func<Action, bool> post, ILogger logger)
{
    private bool probing;

    public void Look()
    {
        if (probing || link.Addresses() is not { } addresses) return;
        probing = true;
        _ = ProbeAsync(addresses);
    }

    private async Task ProbeAsync(IPEndPoint[] addresses)
    {
        var collectedAt = await CrashProbe.AllRefuseAsync(addresses, now, time).ConfigureAwait(false);
        post(() =>
        {
            probing = false;
            if (collectedAt is { } at && engine.PeerLost(at)) Log.PeerCrashed(logger);
        });
    }
}
