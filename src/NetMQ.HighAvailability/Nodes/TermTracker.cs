using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>
/// Counts the terms that this node observes, its own and its peer's, and tracks when both may have been active.
/// On the poller's thread.
/// </summary>
internal sealed class TermTracker(PairEngine engine)
{
    private bool peerWasActive;
    private TimeSpan peerNotActiveAt;
    private TimeSpan activeSince;

    /// <summary>The number of terms so far.</summary>
    public long Term { get; private set; }

    /// <summary>A valid message of the peer, <paramref name="message"/>, was received.</summary>
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

        // The peer may have become active right after its last message that it was not.
        var from = Max(activeSince, peerNotActiveAt);
        return new NodeChange(transition, Term, engine.FencingToken, transition.Reason == BinaryStarChangeReason.DualActive ? now - from : null);
    }
}
