using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Diagnostics;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>What can go wrong again and again while a node runs, told at a limited rate. On the poller's thread.</summary>
internal sealed class NodeTrouble(ILogger logger)
{
    private LogThrottle garbage, ownRole, dualActive, interrupted, slowTurn, clock, deaf, requestFailed, undeliverable;

    public void Garbage(TimeSpan now, int size, bool more)
    {
        if (garbage.Allows(now, out var suppressed)) Log.Garbage(logger, size, more, suppressed);
    }

    public void OwnRole(TimeSpan now, BinaryStarRole role)
    {
        if (ownRole.Allows(now, out var suppressed)) Log.OwnRole(logger, role, suppressed);
    }

    public void DualActive(TimeSpan now)
    {
        if (dualActive.Allows(now, out var suppressed)) Log.DualActive(logger, suppressed);
    }

    public void Interrupted(TimeSpan now, TimeSpan gap)
    {
        if (interrupted.Allows(now, out var suppressed)) Log.Interrupted(logger, gap, suppressed);
    }

    public void SlowTurn(TimeSpan now, TimeSpan duration)
    {
        if (slowTurn.Allows(now, out var suppressed)) Log.SlowTurn(logger, duration, suppressed);
    }

    public void Deaf(TimeSpan now, TimeSpan since)
    {
        if (deaf.Allows(now, out var suppressed)) Log.Deaf(logger, since, suppressed);
    }

    public void ClockSteppedBack(TimeSpan now, TimeSpan step)
    {
        if (clock.Allows(now, out var suppressed)) Log.ClockSteppedBack(logger, step, suppressed);
    }

    public void RequestFailed(TimeSpan now, Exception exception)
    {
        if (requestFailed.Allows(now, out var suppressed)) Log.RequestFailed(logger, suppressed, exception);
    }

    public void Undeliverable(TimeSpan now, int frames)
    {
        if (undeliverable.Allows(now, out var suppressed)) Log.Undeliverable(logger, frames, suppressed);
    }
}
