using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>
/// How a node that stops leaves. It accepts nothing from the first moment on, but goes on taking and dropping requests
/// until they cease: a connection that is closed while it brings data is reset, and the replies on their way to the
/// client are lost with it. It stays until those have left the machine and its peer says that it has taken over.
/// </summary>
internal sealed class GracefulShutdown
{
    // No request for so long: they have ceased, or NetMQ's own thread did not get a processor, which 5 ms could not tell.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(10);

    // Some clients never cease.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly PairEngine engine;
    private readonly bool handingOver;
    private readonly TimeSpan from;
    private readonly TimeSpan until;
    private readonly TimeSpan limit;
    private TimeSpan lastRequest;

    /// <summary>The node gives up active, if it is, and begins to wait.</summary>
    public GracefulShutdown(PairEngine engine, Timing timing, TimeSpan now, IPairShell shell)
    {
        this.engine = engine;
        var served = engine.State == BinaryStarState.Active;
        handingOver = engine.Stop(shell);
        lastRequest = now;
        limit = served ? now + Patience : now;
        from = served ? now + Timing.ReplyGrace : now;
        until = handingOver && now + timing.StopBound > from ? now + timing.StopBound : from;
    }

    public bool PeerTookOver => handingOver && engine.State == BinaryStarState.Passive;

    /// <summary>A request was dropped.</summary>
    public void Dropped(TimeSpan now) => lastRequest = now;

    /// <summary>Whether the voter may close, which tells clients to turn elsewhere.</summary>
    public bool MayCloseVoterAt(TimeSpan now) => now - lastRequest >= Quiet || now >= limit;

    public bool IsOverAt(TimeSpan now) => MayCloseVoterAt(now) && (now >= until || (PeerTookOver && now >= from));
}
