using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Protocol;

/// <summary>
/// Every time span of the protocol, derived from the heartbeat interval H and the failover timeout F (and from the
/// peer's, H′ and F′, if it is one of the guide's own nodes). <c>docs/protocol.md</c> gives
/// the reason and the inequality behind each; the model check tests them.
/// </summary>
internal sealed record Timing
{
    /// <summary>H: a node publishes its state at least this often.</summary>
    public required TimeSpan Heartbeat { get; init; }

    /// <summary>
    /// An active node publishes twice as often: its lease counts from its last message, and the more recent that is, the longer
    /// the node may be kept from running before it must give up.
    /// </summary>
    public TimeSpan ActiveHeartbeat => Heartbeat / 2;

    /// <summary>F: a peer that has been silent for this long counts as gone; a client's request then causes a take-over.</summary>
    public required TimeSpan Failover { get; init; }

    /// <summary>Turns are no further apart than this, unless something blocks the loop.</summary>
    public TimeSpan Tick => Heartbeat / 8;

    /// <summary>A longer gap between turns is an interruption: what was queued since cannot be trusted.</summary>
    public required TimeSpan ShortGap { get; init; }

    /// <summary>A longer gap is a long interruption: settle again.</summary>
    public required TimeSpan LongGap { get; init; }

    /// <summary>How long a node only receives after a start, a long gap, or giving up active.</summary>
    public required TimeSpan Settle { get; init; }

    /// <summary>
    /// How long after its own last offer a waiting node may not promote itself: the offer, if still in flight, would
    /// promote the peer as well.
    /// </summary>
    public required TimeSpan OfferGuard { get; init; }

    /// <summary>An active node serves only for this long after it last published that it is active.</summary>
    public required TimeSpan Lease { get; init; }

    /// <summary>
    /// How long a node that takes active back publishes nothing. Beside one of the guide's own nodes, which exits if it is
    /// passive and receives that its peer is passive: a heartbeat of that node, and the time that a new subscription takes.
    /// </summary>
    public required TimeSpan Quiet { get; init; }

    /// <summary>How long such a node only receives: its message must have reached the peer before it acts on the peer's offer.</summary>
    public TimeSpan ReclaimSettle => Max(Settle, Quiet + Heartbeat / 2);

    /// <summary>
    /// A primary that still receives messages of an active peer this long after the first is evidently not received by it, and yields.
    /// The guide's own nodes exit when they receive the primary's, which is soon; its Python reactor does not, and never yields.
    /// </summary>
    public required TimeSpan DualActivePatience { get; init; }

    /// <summary>A peer whose passive message was received this recently may be handed over to.</summary>
    public required TimeSpan HandOverFreshness { get; init; }

    /// <summary>How often the slower of the two nodes publishes when nothing changes.</summary>
    public TimeSpan SlowerHeartbeat => HandOverFreshness / 2;

    /// <summary>How long an answer of the arbiter is waited for.</summary>
    public TimeSpan ArbiterPatience => Max(Heartbeat, TimeSpan.FromMilliseconds(250));

    /// <summary>How soon an arbiter that did not answer is asked again.</summary>
    public TimeSpan ArbiterRetry => Heartbeat / 4;

    /// <summary>How often an arbiter that is not needed is asked all the same, to know that it is there.</summary>
    public static TimeSpan ArbiterCheck { get; } = TimeSpan.FromSeconds(10);

    /// <summary>How long requests wait unread for the arbiter's answer.</summary>
    public static TimeSpan RequestPatience { get; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long the evidence that the peer's process died may be used.</summary>
    public required TimeSpan EvidenceLifetime { get; init; }

    /// <summary>
    /// How long a stopping node waits for its peer to publish that it has taken over: three heartbeats of the slower node,
    /// so that one of its offers still arrives if the peer began to settle just before.
    /// </summary>
    public TimeSpan StopBound => Min(HandOverFreshness * 3 / 2, TimeSpan.FromSeconds(2));

    /// <summary>How long a node that served keeps running after it was stopped, for its last replies to leave the machine.</summary>
    public static TimeSpan ReplyGrace { get; } = TimeSpan.FromMilliseconds(100);

    public static Timing From(TimeSpan heartbeat, TimeSpan failover) => new()
    {
        Heartbeat = heartbeat,
        Failover = failover,
        ShortGap = heartbeat / 4,
        LongGap = heartbeat / 2,
        Settle = heartbeat * 3 / 2,
        OfferGuard = heartbeat * 3 / 4,
        Lease = LeaseOf(failover, heartbeat),
        Quiet = TimeSpan.Zero,
        DualActivePatience = failover,
        HandOverFreshness = heartbeat * 2,
        EvidenceLifetime = heartbeat * 3 / 2,
    };

    /// <summary>
    /// The same beside one of the guide's own nodes, which answers only at its own heartbeat H′ and counts this node
    /// dead after its own F′.
    /// </summary>
    public static Timing From(TimeSpan heartbeat, TimeSpan failover, TimeSpan peerHeartbeat, TimeSpan peerFailover) =>
        From(heartbeat, failover) with
        {
            OfferGuard = heartbeat + peerHeartbeat,
            Lease = LeaseOf(Min(failover, peerFailover), heartbeat),
            Quiet = peerHeartbeat + heartbeat / 2,
            DualActivePatience = heartbeat * 3 / 2,
            HandOverFreshness = Max(heartbeat, peerHeartbeat) * 2,
        };

    // Two pauses in a row, the only message between them lost, the next one delayed: the peer must still not have
    // expired, so twice the lease and the greatest delay, a quarter of a heartbeat, fit into its failover timeout, with
    // one clock a hundredth slow and the other a hundredth fast.
    private static TimeSpan LeaseOf(TimeSpan failover, TimeSpan heartbeat) => (failover * 0.98 - heartbeat / 4) / 2;
}
