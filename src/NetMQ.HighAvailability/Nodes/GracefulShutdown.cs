using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>
/// How a node stops. It accepts nothing from the first moment on, but continues to receive and drop requests
/// until they cease: a connection that is closed while data arrives is reset, and replies on their way to the
/// client are lost with it. The node keeps running until those have left the machine and its peer publishes that it has taken over.
/// </summary>
internal sealed class GracefulShutdown
{
    // No request for this long: they have ceased. With 5 ms it could also be that NetMQ's thread did not get a CPU.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(10);

    // Some clients never stop sending.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly PairEngine engine;
    private readonly bool handingOver;
    private readonly TimeSpan from;
    private readonly TimeSpan until;
    private readonly TimeSpan limit;
    private readonly TimeSpan leaseLimit;
    private TimeSpan lastRequest;
    private TimeSpan turn;

    /// <summary>The node gives up active, if it was active, and begins to wait.</summary>
    public GracefulShutdown(PairEngine engine, Timing timing, TimeSpan now, IPairShell shell)
    {
        this.engine = engine;
        var served = engine.State == BinaryStarState.Active;
        handingOver = engine.Stop(shell);
        lastRequest = turn = shell.Now; // requests that came during the callbacks have not been read
        leaseLimit = now + timing.StopBound;
        limit = served ? lastRequest + Patience : now;
        from = served ? now + Timing.ReplyGrace : now;
        until = handingOver && now + timing.StopBound > from ? now + timing.StopBound : from;
    }

    public bool PeerTookOver => handingOver && engine.State == BinaryStarState.Passive;

    /// <summary>A request was dropped.</summary>
    public void Dropped(TimeSpan now) => lastRequest = now;

    /// <summary>A turn has begun: if the last one began long before, requests may wait to be read.</summary>
    public void BeginTurn(TimeSpan now)
    {
        if (now - turn >= Quiet) lastRequest = now;
        turn = now;
    }

    /// <summary>Whether the voter may close, which makes clients turn to the other server.</summary>
    public bool MayCloseVoterAt(TimeSpan now) => now - lastRequest >= Quiet || now >= limit;

    public bool IsOverAt(TimeSpan now) => MayCloseVoterAt(now) && (now >= until || (PeerTookOver && now >= from)) && (now >= leaseLimit || !HasLease);

    // Of the arbiter. If it is not given back, a successor waits for its end.
    private bool HasLease => engine.Mandate is { HasLeaseToGiveBack: true };
}
