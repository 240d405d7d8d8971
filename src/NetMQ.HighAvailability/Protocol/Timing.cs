using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Protocol;

/// <summary>
/// Every time span of the protocol, derived from the heartbeat interval H and the failover timeout F (and from the
/// peer's, H′ and F′, where it is a node that knows no more than the guide's original). <c>docs/protocol.md</c> gives
/// the reason and the inequality behind each; the model check tries them.
/// </summary>
internal sealed record Timing
{
    /// <summary>H: a node says its state at least this often.</summary>
    public required TimeSpan Heartbeat { get; init; }

    /// <summary>
    /// An active node says so twice as often: its lease counts from its last word, and the fresher that is, the longer
    /// the node may be kept from running before it has to give up.
    /// </summary>
    public TimeSpan ActiveHeartbeat => Heartbeat / 2;

    /// <summary>F: a peer that has been silent this long is gone, if a client's request agrees.</summary>
    public required TimeSpan Failover { get; init; }

    /// <summary>Turns are no further apart than this, unless something keeps the loop.</summary>
    public TimeSpan Tick => Heartbeat / 8;

    /// <summary>Turns further apart than this were interrupted: what is queued since cannot be believed.</summary>
    public required TimeSpan ShortGap { get; init; }

    /// <summary>Turns further apart than this were interrupted for long: settle again.</summary>
    public required TimeSpan LongGap { get; init; }

    /// <summary>How long a node only listens after a start, a long gap, or giving up active.</summary>
    public required TimeSpan Settle { get; init; }

    /// <summary>
    /// How long after its own last offer a waiting node may not promote itself: the offer, still in flight, would
    /// promote the peer as well.
    /// </summary>
    public required TimeSpan OfferGuard { get; init; }

    /// <summary>An active node serves only this long after it last said that it is active.</summary>
    public required TimeSpan Lease { get; init; }

    /// <summary>A node that has waited longer for its own word is deaf: what it does not hear tells nothing of its peer.</summary>
    public TimeSpan LoopbackTimeout => Heartbeat;

    /// <summary>
    /// An active node that has waited longer for its own word may be as unheard, and gives up. The peer may have
    /// missed the two words before as well, which did come back.
    /// </summary>
    public required TimeSpan ActiveLoopbackTimeout { get; init; }

    /// <summary>
    /// How long a node that takes active back publishes nothing. Beside one of the guide's own nodes, which ends itself if it is
    /// passive and receives a passive peer: a heartbeat of that node's, and the time that a new subscription takes.
    /// </summary>
    public required TimeSpan Quiet { get; init; }

    /// <summary>How long such a node only listens: its peer must have received it before it acts on what the peer offers.</summary>
    public TimeSpan ReclaimSettle => Max(Settle, Quiet + Heartbeat / 2);

    /// <summary>
    /// A primary that still receives an active peer so long after the first time is evidently not received by it, and yields.
    /// The guide's own nodes end themselves when they receive it, which is soon; its Python reactor does not, and never yields.
    /// </summary>
    public required TimeSpan DualActivePatience { get; init; }

    /// <summary>A peer heard passive this recently may be handed the pair.</summary>
    public required TimeSpan HandOverFreshness { get; init; }

    /// <summary>How often the slower of the two nodes publishes when nothing changes.</summary>
    public TimeSpan SlowerHeartbeat => HandOverFreshness / 2;

    /// <summary>How long the evidence that the peer's process died may be used.</summary>
    public required TimeSpan EvidenceLifetime { get; init; }

    /// <summary>
    /// How long a stopping node waits for its peer to say that it has taken over: three heartbeats, of the slower node,
    /// so that one of its offers still comes when the peer has begun to settle just before.
    /// </summary>
    public TimeSpan StopBound => Min(HandOverFreshness * 3 / 2, TimeSpan.FromSeconds(2));

    /// <summary>How long a node that served stays after it was stopped, for its last replies to leave the machine.</summary>
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
        ActiveLoopbackTimeout = ActiveLoopbackTimeoutOf(failover, heartbeat),
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
            ActiveLoopbackTimeout = ActiveLoopbackTimeoutOf(Min(failover, peerFailover), heartbeat),
            Quiet = peerHeartbeat + heartbeat / 2,
            DualActivePatience = heartbeat * 3 / 2,
            HandOverFreshness = Max(heartbeat, peerHeartbeat) * 2,
        };

    // Two pauses in a row, the only message between them lost, the next one delayed: the peer must still not have
    // expired, so twice the lease and the greatest delay, a quarter of a heartbeat, fit into its failover timeout, with
    // one clock a hundredth slow and the other a hundredth fast.
    private static TimeSpan LeaseOf(TimeSpan failover, TimeSpan heartbeat) => (failover * 0.98 - heartbeat / 4) / 2;

    private static TimeSpan ActiveLoopbackTimeoutOf(TimeSpan failover, TimeSpan heartbeat) => failover * 0.98 - heartbeat * 2;
}
