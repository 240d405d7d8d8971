namespace NetMQ.HighAvailability.Diagnostics;

/// <summary>The messages of <see cref="Log"/> that a peer, a client or a server can cause at any rate, by their names there.</summary>
internal enum LogEvent : byte
{
    Garbage,
    OwnRole,
    DualActive,
    Interrupted,
    SlowTurn,
    ClockSteppedBack,
    RequestFailed,
    Undeliverable,
    Unresolved,
    ForeignPeer,
    ServerLeft,
    ServerUnresolved,
    GarbageReply,
    OversizedReply,
    RequestTimedOut,
    OutcomeUnknown,
    RequestFailedAtServer,
    BadServer,
    BadConnection,
    HandshakeTimeout,
    Refused,
    RefusedBySystem,
    OutOfRoom,
    GaveUpHandshake,
    SlowReader,
    LateReply,
    OtherArbiter,
    Unanswered,
    Count, // how many there are
}

/// <summary>
/// Allows each log message at most once in ten seconds, and counts how many it suppressed meanwhile. Allocates nothing
/// after its construction. Not thread-safe: each owner uses its own, on its poller's thread.
/// </summary>
internal sealed class LogThrottle
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private readonly (TimeSpan? Last, long Suppressed)[] slots = new (TimeSpan?, long)[(int)LogEvent.Count];

    /// <summary>Whether to log a message now; if so, how many of its kind were suppressed since the last one.</summary>
    public bool Allows(LogEvent message, TimeSpan now, out long suppressed)
    {
        ref var slot = ref slots[(int)message];
        suppressed = slot.Suppressed;
        if (now - slot.Last < Interval)
        {
            slot.Suppressed++;
            return false;
        }

        slot = (now, 0);
        return true;
    }
}
