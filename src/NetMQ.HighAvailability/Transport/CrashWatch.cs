using System.Net;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Transport;

/// <summary>
/// Follows up a lost connection: has the peer's process died? Evidence is short-lived, so it is collected again until
/// the peer is heard or has expired anyway. On the poller's thread, but for the probe.
/// </summary>
internal sealed class CrashWatch(
    PairEngine engine, PeerLink link, Timing timing, TimeProvider time, Func<TimeSpan> now, Func<Action, bool> post, ILogger logger)
{
    private readonly TimeSpan again = timing.Heartbeat / 2;
    private TimeSpan? lostAt;
    private TimeSpan probedAt;
    private bool probing;
    private bool told;

    /// <summary>Compiles the probe's code now rather than when every millisecond counts. What it finds means nothing.</summary>
    public void WarmUp()
    {
        if (link.Addresses() is { } addresses) _ = CrashProbe.AllRefuseAsync(addresses, now, time);
    }

    /// <summary>The monitor saw a connection drop.</summary>
    public void OnDisconnected()
    {
        lostAt = now();
        told = false;
        Probe();
    }

    /// <summary>Once a turn.</summary>
    public void Look()
    {
        ref var memory = ref engine.Memory;
        if (lostAt is null) return;
        if (memory.LastHeard > lostAt + timing.ShortGap || memory.Turn >= memory.Expiry) lostAt = null; // a last word may come late
        else if (memory.Turn - probedAt >= again) Probe();
    }

    private void Probe()
    {
        if (probing || link.Addresses() is not { } addresses) return;
        probing = true;
        probedAt = engine.Memory.Turn;
        _ = ProbeAsync(addresses);
    }

    private async Task ProbeAsync(IPEndPoint[] addresses)
    {
        var collectedAt = await CrashProbe.AllRefuseAsync(addresses, now, time).ConfigureAwait(false);
        post(() =>
        {
            probing = false;
            if (collectedAt is not { } at || !engine.PeerLost(at) || told) return;
            told = true;
            Log.PeerCrashed(logger);
        });
    }
}
