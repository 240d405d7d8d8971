using System.Net;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>
/// Follows up a lost connection: has the peer's process died? Evidence is short-lived, so it is collected again until
/// the peer is heard or has expired anyway. On the poller's thread, but for the probe.
/// </summary>
internal sealed class CrashDetector(
    PairEngine engine, StateLink link, Timing timing, TimeProvider time, Func<TimeSpan> now, Func<Action, bool> post, ILogger logger)
{
    private readonly TimeSpan again = timing.Heartbeat / 2;
    private TimeSpan? lostAt;
    private TimeSpan probedAt;
    private bool told;
    private bool probing;
    private bool first;

    /// <summary>
    /// Whether evidence is being collected that the next vote should wait for: that of the first look after a connection was
    /// lost, which is bounded. A peer that has expired needs none.
    /// </summary>
    public bool IsWorthWaiting => probing && first && !HasExpired;

    private bool HasExpired => engine.Memory.Turn >= engine.Memory.Expiry; // also one whose crash is known

    /// <summary>The monitor saw a connection drop. What came over it before has been heard, and is older than the evidence.</summary>
    public void OnDisconnected()
    {
        if (HasExpired) return;
        lostAt = now();
        told = false;
        if (!probing) first = true;
        Probe();
    }

    /// <summary>Once a turn.</summary>
    public void Look()
    {
        ref readonly var memory = ref engine.Memory;
        if (lostAt is null) return;
        if (memory.LastReceived > lostAt + timing.ShortGap || HasExpired) lostAt = null; // a last word may come late
        else if (memory.Turn - probedAt >= again) Probe();
    }

    private void Probe()
    {
        if (probing || link.Addresses() is not { } addresses) return;
        probing = true;
        probedAt = engine.Memory.Turn;
        _ = Task.Run(() => ProbeAsync(addresses)); // from its first line on: a process's first sockets take it long
    }

    private async Task ProbeAsync(IPEndPoint[] addresses)
    {
        var collectedAt = await CrashProbe.AllRefuseAsync(addresses, now, time).ConfigureAwait(false);
        post(() =>
        {
            probing = first = false;
            if (collectedAt is not { } at || !engine.PeerLost(at) || told) return;
            told = true;
            Log.PeerCrashed(logger);
        });
    }
}
