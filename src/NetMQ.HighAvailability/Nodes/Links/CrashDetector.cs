using System.Net;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>
/// Follows up a lost connection: has the peer's process died? Evidence is short-lived, so it is collected again until
/// the peer is received or has expired anyway. On the poller's thread, except for the probe.
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
    /// Whether evidence is being collected that the next vote should wait for: only the first attempt after a connection was
    /// lost, which is limited in time. A peer that has expired needs no evidence.
    /// </summary>
    public bool IsWorthWaiting => probing && first && !HasExpired;

    private bool HasExpired => engine.Memory.Turn >= engine.Memory.Expiry; // also if its crash is known

    /// <summary>A connection to the peer was lost. What arrived over it before has been received, and is older than the evidence.</summary>
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
        if (memory.LastReceived > lostAt + timing.ShortGap || HasExpired) lostAt = null; // a last message may arrive late
        else if (memory.Turn - probedAt >= again) Probe();
    }

    private void Probe()
    {
        if (probing || link.Addresses() is not { } addresses) return;
        probing = true;
        probedAt = engine.Memory.Turn;
        _ = Task.Run(() => ProbeAsync(addresses)); // the whole probe runs off-thread: creating the first sockets of a process is slow
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
