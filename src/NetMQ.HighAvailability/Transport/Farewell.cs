using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Transport;

/// <summary>
/// How long a node that stops stays: until its peer says that it has taken over, and its own last replies have left
/// the machine. What is sent just before a socket closes is lost.
/// </summary>
internal sealed class Farewell
{
    private static readonly TimeSpan ReplyGrace = TimeSpan.FromMilliseconds(50);

    private readonly PairEngine engine;
    private readonly bool handingOver;
    private readonly TimeSpan from;
    private readonly TimeSpan until;

    /// <summary>The node gives up active, if it is, and begins to wait.</summary>
    public Farewell(PairEngine engine, Timing timing, TimeSpan now)
    {
        this.engine = engine;
        var served = engine.State == BinaryStarState.Active;
        handingOver = engine.Stop();
        from = served ? now + ReplyGrace : now;
        until = handingOver ? now + timing.StopBound : from;
    }

    public bool PeerTookOver => handingOver && engine.State == BinaryStarState.Passive;

    public bool IsOverAt(TimeSpan now) => now >= until || (PeerTookOver && now >= from);
}
