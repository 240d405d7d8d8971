using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>
/// Keeps count of the terms that this node sees, its own and its peer's, and of when both may have been active.
/// On the poller's thread.
/// </summary>
internal sealed class TermTracker(PairEngine engine)
{
    private bool peerWasActive;
    private TimeSpan peerNotActiveAt;
    private TimeSpan activeSince;

    /// <summary>How many there have been.</summary>
    public long Term { get; private set; }

    /// <summary>The peer said <paramref name="message"/>, and is believed.</summary>
    public void Received(PeerMessage message)
    {
        var active = message == PeerMessage.Active;
        if (!active) peerNotActiveAt = engine.Memory.Turn;
        else if (!peerWasActive) Term++;
        peerWasActive = active;
    }

    public NodeChange Note(Transition transition)
    {
        var now = engine.Memory.Turn;
        if (transition.To == BinaryStarState.Active)
        {
            Term++;
            activeSince = now;
        }

        // The peer may have become active at once after it was last heard not to be.
        var from = Max(activeSince, peerNotActiveAt);
        return new NodeChange(transition, Term, transition.Reason == BinaryStarChangeReason.DualActive ? now - from : null);
    }
}
