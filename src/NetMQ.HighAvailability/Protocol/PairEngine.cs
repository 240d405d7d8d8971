using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Protocol;

/// <summary>
/// The timed core of one node: which of its peer's messages to believe, when the peer is gone, when this node may
/// serve. Takes events with their time and has its decisions carried out by an <see cref="IPairShell"/>: no clock,
/// socket, thread or log.
/// <para>
/// A node takes one <see cref="Turn"/> whenever something wakes it. What it was woken for, a <see cref="Vote"/> or an
/// operator's order, comes after the turn, so that the peer has always been heard first.
/// </para>
/// </summary>
internal sealed class PairEngine(BinaryStarRole role, Timing timing, DualActivePolicy policy)
{
    private PairMemory m;
    private Transition? transition;

    public BinaryStarRole Role => role;

    public BinaryStarState State => m.State;

    /// <summary>All that the node remembers.</summary>
    public ref readonly PairMemory Memory => ref m;

    private TimeSpan F => timing.Failover;

    private bool Settling => m.Turn < m.SettledAt;

    private bool PeerCrashed => m.Turn <= m.CrashedUntil;

    /// <summary>What this node knows of its peer, as of the last turn. The one place that says so.</summary>
    public PeerStatus Peer => PeerCrashed ? PeerStatus.Crashed : m.Turn >= m.Expiry ? PeerStatus.Expired : m.LastReceived is null ? PeerStatus.Unknown : PeerStatus.Alive;

    private bool PeerGone => Peer is PeerStatus.Crashed or PeerStatus.Expired && !IsIoStalled;

    private bool GuardPassed => m.LastOffer is not { } offer || (m.Turn - offer >= timing.OfferGuard && !(m.LoopbackSentAt <= offer));

    /// <summary>
    /// A word of this node's own does not come back to it: for all it knows, nothing goes out and nothing comes in, and
    /// that the peer is silent tells nothing.
    /// </summary>
    public bool IsIoStalled => m.Turn - m.LoopbackSentAt > (m.State == BinaryStarState.Active ? timing.ActiveLoopbackTimeout : timing.LoopbackTimeout);

    /// <summary>The peer was heard passive since this node became active, and lately: it will take what is offered.</summary>
    public bool CanHandOver => m.Drained && m.PeerPassiveAt is { } heard && m.Turn - heard <= timing.HandOverFreshness;

    /// <summary>Begins the node's life; its first turn says its state.</summary>
    public void Start(TimeSpan now)
    {
        m = new PairMemory
        {
            State = role == BinaryStarRole.Primary ? BinaryStarState.Primary : BinaryStarState.Backup,
            Turn = now,
            Expiry = now + F,
            ExpiryLimit = now + F + F,
            SettledAt = now + timing.Settle,
            EvidenceFrom = now,
            NextHeartbeat = now,
            PublishDue = true,
        };
        transition = null;
    }

    /// <summary>
    /// One turn, whatever the node was woken for: notice the time that went missing, receive what the peer has sent, and
    /// publish what is due.
    /// </summary>
    /// <param name="now">The time of the turn.</param>
    /// <param name="returned">The turn of the newest message of this node's own that has come back to it.</param>
    /// <param name="subscriberCame">Somebody has subscribed, and is to learn the state now rather than at the next heartbeat.</param>
    /// <param name="shell">Carries out the decisions.</param>
    /// <returns>False: a message of the peer's was fatal, and the turn has not gone on.</returns>
    public bool Turn(TimeSpan now, TimeSpan returned, bool subscriberCame, IPairShell shell)
    {
        if (BeginTurn(now, returned)) shell.Purge();
        ApplyDecisions(shell, heartbeats: false); // a heartbeat waits until the peer has been heard
        while (shell.TryReceive(out var message))
        {
            var result = Receive(message);
            shell.OnReceived(message, result);
            if (result is ReceiveResult.OwnRoleFatal or ReceiveResult.DualActiveFatal) return false;
            ApplyDecisions(shell, heartbeats: false);
        }

        EndReceiving(shell.IsDrained);
        m.PublishDue |= subscriberCame; // after the peer was heard: what a subscriber learns is what holds now
        ApplyDecisions(shell);
        return true;
    }

    // Notices what time went missing since the last turn. True: the process was not running for a while, or was cut off
    // from the network, and whatever is queued from the peer may tell of a dead past.
    private bool BeginTurn(TimeSpan now, TimeSpan returned)
    {
        m.Drained = false;
        var gap = now - m.Turn;
        if (gap < TimeSpan.Zero)
        {
            BeginAnewAt(now);
            return true;
        }

        var alone = m.Turn >= m.Expiry;
        m.Turn = now;
        if (gap > timing.ShortGap) NoticeGap(gap);
        else if (m.Turn >= m.Expiry) m.ExpiryLimit = m.Turn + F + F;

        // To be deaf while it connects anew is worse for a passive node than to hear what is a heartbeat old.
        var purge = gap > (m.State == BinaryStarState.Passive ? timing.Heartbeat : timing.ShortGap);
        if (m.LoopbackSentAt <= returned) purge |= NoticeReturn(returned);
        if (m.State == BinaryStarState.Active && LeaseExpiredAt(m.Turn))
        {
            LoseLease(alone);
            purge = true;
        }

        return purge;
    }

    // A clock that steps back is broken, and nothing is known of how long the node was silent or its peer was.
    private void BeginAnewAt(TimeSpan now)
    {
        m.Turn = m.EvidenceFrom = m.NextHeartbeat = m.LastPublish = now;
        m.LastOffer = now;
        m.LastReceived = m.CrashedUntil = m.DualActiveSince = m.PeerPassiveAt = m.LoopbackSentAt = null;
        m.Pending = PendingPromotion.None;
        m.Expiry = now + F;
        m.ExpiryLimit = now + F + F;
        m.SettledAt = now + timing.Settle;
        m.Reclaiming = false;
        if (m.State == BinaryStarState.Active) LoseLease(alone: false);
    }

    private void NoticeGap(TimeSpan gap)
    {
        m.Pending = PendingPromotion.None;
        m.CrashedUntil = null;
        m.EvidenceFrom = m.Turn;
        if (m.State == BinaryStarState.Active) return;

        m.LoopbackSentAt = null;
        m.ExpiryLimit += gap;
        // After a short gap a passive node has lost nothing: what its peer published is still there to be received.
        var hiccup = m.State == BinaryStarState.Passive && gap <= timing.LongGap;
        var expiry = hiccup ? Max(m.Expiry + gap, m.Turn + timing.Heartbeat) : m.Turn + F;
        m.Expiry = Min(expiry, m.ExpiryLimit);
        if (gap > timing.LongGap) m.SettledAt = Max(m.SettledAt, m.Turn + timing.Settle);
    }

    // True: the node was deaf until now, which is to it as if it had not run.
    private bool NoticeReturn(TimeSpan returned)
    {
        var (wasDeaf, silence) = (IsIoStalled, m.Turn - m.LoopbackSentAt!.Value);
        // An offer that was late to return may have been late to leave.
        if (m.LoopbackSentAt <= m.LastOffer && m.LastOffer <= returned && m.Turn - m.LastOffer > timing.ShortGap) m.LastOffer = m.Turn;
        m.LoopbackSentAt = returned < m.LastPublish ? returned : null; // what was said between the two is not known to have come back
        if (wasDeaf) NoticeGap(silence);
        return wasDeaf;
    }

    private ReceiveResult Receive(PeerMessage message)
    {
        var step = StateMachine.Next(role, m.State, (PairInput)message);
        if (step.Verdict == Verdict.OwnRole)
        {
            return m.State is BinaryStarState.Primary or BinaryStarState.Backup
                ? ReceiveResult.OwnRoleFatal
                : ReceiveResult.OwnRoleIgnored;
        }

        if (message != PeerMessage.Active || m.Turn >= m.Expiry) m.DualActiveSince = null;
        if (message == PeerMessage.Passive && m.State == BinaryStarState.Active) m.PeerPassiveAt = m.Turn;
        m.LastMessage = message;
        m.LastReceived = m.EvidenceFrom = m.Turn;
        m.Expiry = m.Turn + F;
        m.ExpiryLimit = m.Turn + F + F;
        m.CrashedUntil = null;
        m.Pending = PendingPromotion.None;

        if (step.Verdict == Verdict.DualActive) return MeetActivePeer();
        if (m.Reclaiming && message == PeerMessage.Passive) StopReclaiming();
        if (Settling && message != PeerMessage.Active) return ReceiveResult.Valid;
        if (m.Reclaiming && message != PeerMessage.Active) step = StateMachine.Next(role, m.State, PairInput.Reclaim);
        if (step.Next != m.State) Enter(step.Next, CauseOf(message));
        return ReceiveResult.Valid;
    }

    // A passive peer was told that this node was active, and takes its offer as ever.
    private void StopReclaiming()
    {
        m.Reclaiming = false;
        m.PublishDue = true;
    }

    private ReceiveResult MeetActivePeer()
    {
        if (policy == DualActivePolicy.Abort) return ReceiveResult.DualActiveFatal;

        m.DualActiveSince ??= m.Turn;
        var unheard = m.Turn - m.DualActiveSince >= timing.DualActivePatience; // a backup that hears a primary yields well within
        if (role == BinaryStarRole.Primary && !unheard) return ReceiveResult.DualActiveStays;

        Enter(StateMachine.Next(role, m.State, PairInput.DualActiveLost).Next, BinaryStarChangeReason.DualActive);
        return ReceiveResult.Valid;
    }

    // Complete: nothing of the peer's was left waiting. Carries out a promotion that only waited for this node's last
    // offer to be out of the way, and takes back what this node lost alone.
    private void EndReceiving(bool complete)
    {
        m.Drained = complete;
        if (m.Reclaiming && complete && !Settling && PeerGone) Enter(StateMachine.Next(role, m.State, PairInput.Reclaim).Next, CauseOfAbsence);
        if (IsIoStalled) m.Pending = PendingPromotion.None;
        if (m.Pending == PendingPromotion.None || !complete || !GuardPassed) return;

        if (PeerGone) Enter(BinaryStarState.Active, m.Pending == PendingPromotion.Operator ? BinaryStarChangeReason.Promoted : CauseOfAbsence);
        m.Pending = PendingPromotion.None;
    }

    /// <summary>
    /// Judges a request that arrived at <paramref name="now"/>, in this turn or soon after it. True: serve it.
    /// </summary>
    public bool Vote(TimeSpan now, IPairShell shell)
    {
        if (m.State == BinaryStarState.Active) return Serves(now);
        if (!MayTakeOver(now)) return false;

        // Whoever is told of the change may have taken longer than the lease lasts.
        ApplyDecisions(shell);
        return Serves(shell.Now);
    }

    /// <summary>
    /// Whether a request that arrives at <paramref name="now"/> may be served as things are. A lease that ran out since
    /// the turn began is for the next turn to notice.
    /// </summary>
    public bool Serves(TimeSpan now) => m.State == BinaryStarState.Active && !LeaseExpiredAt(now);

    // A vote in a turn long past is for the next turn to judge.
    private bool MayTakeOver(TimeSpan now)
    {
        if (Settling || !m.Drained || now < m.Turn || now - m.Turn > timing.ShortGap) return false;

        var step = StateMachine.Next(role, m.State, PeerGone ? PairInput.VotePeerGone : PairInput.VotePeerThere);
        if (step.Verdict != Verdict.Accept) return false;
        if (!MayPromoteNow(PendingPromotion.Vote)) return false;
        Enter(step.Next, CauseOfAbsence);
        return true;
    }

    /// <summary>An operator's order to a backup that was started alone and would wait for ever.</summary>
    public Promotion Promote(IPairShell shell)
    {
        if (m.Stopping || StateMachine.Next(role, m.State, PairInput.Promote).Next == m.State) return Promotion.NotWaiting;
        if (Settling || !m.Drained || !PeerGone) return Promotion.PeerMayBeAlive;
        if (!MayPromoteNow(PendingPromotion.Operator)) return Promotion.Pending;
        Enter(BinaryStarState.Active, BinaryStarChangeReason.Promoted);
        ApplyDecisions(shell);
        return Promotion.Done;
    }

    /// <summary>
    /// Evidence, collected at <paramref name="collectedAt"/>, that the peer's process is dead. It counts until the
    /// peer is heard, a gap is noticed, or a process that was started anew could have been heard. False: it is void.
    /// </summary>
    public bool PeerLost(TimeSpan collectedAt)
    {
        if (!m.Drained || collectedAt <= m.EvidenceFrom) return false;
        m.CrashedUntil = collectedAt + timing.EvidenceLifetime;
        return PeerCrashed;
    }

    /// <summary>Gives up active in favour of a peer that is there and passive; false where <see cref="CanHandOver"/> is.</summary>
    public bool HandOver(IPairShell shell)
    {
        if (!CanHandOver) return false;
        GiveUp(BinaryStarChangeReason.HandOver);
        ApplyDecisions(shell);
        return true;
    }

    /// <summary>
    /// The node is going away, and gives up active first. True: the peer is there, and about to say that it has taken
    /// over.
    /// </summary>
    public bool Stop(IPairShell shell)
    {
        m.Stopping = true;
        m.Reclaiming = false;
        m.Pending = PendingPromotion.None;
        if (m.State != BinaryStarState.Active) return false;

        GiveUp(BinaryStarChangeReason.HandOver);
        ApplyDecisions(shell);
        return m.LastReceived is { } heard && m.Turn - heard <= timing.HandOverFreshness;
    }

    /// <summary>The node has failed: it is not active any more, and nobody is told.</summary>
    public void Abandon()
    {
        if (m.State == BinaryStarState.Active) m.State = BinaryStarState.Yielding;
    }

    /// <summary>For the checks: goes on from what a node remembered.</summary>
    public void Restore(in PairMemory memory)
    {
        m = memory;
        transition = null;
    }

    // The one place where decisions leave the core. The peer is told before the application.
    private void ApplyDecisions(IPairShell shell, bool heartbeats = true)
    {
        var (changed, due) = (transition, m.NextHeartbeat);
        transition = null;
        if (TryTakePublish(heartbeats, out var message)) shell.Publish(message, due);
        if (changed is { } taken) shell.Apply(taken);
    }

    // What to publish now, at a change, for a subscriber or as a heartbeat; at most once a turn and change.
    private bool TryTakePublish(bool heartbeats, out PeerMessage message)
    {
        message = default;
        // A promotion that is pending withholds offers, which would renew its guard.
        var beat = heartbeats && m.Turn >= m.NextHeartbeat;
        if (!(m.PublishDue || beat) || m.Pending != PendingPromotion.None) return false;

        message = m.Reclaiming ? PeerMessage.Passive : PeerMessageCodec.Of(role, m.State); // an offer would give away what it reclaims
        // Periodic deadlines do not shift with lateness, which would add up to a lost heartbeat and more.
        var interval = m.State == BinaryStarState.Active ? timing.ActiveHeartbeat : timing.Heartbeat;
        var periodic = m.NextHeartbeat + interval;
        m.NextHeartbeat = !m.PublishDue && periodic > m.Turn ? periodic : m.Turn + interval;
        m.PublishDue = false;
        m.LastPublish = m.Turn;
        m.LoopbackSentAt ??= m.Turn;
        if (message == PeerMessageCodec.WaitingAs(role)) m.LastOffer = m.Turn;
        return true;
    }

    /// <summary>
    /// How long the loop may sleep after a turn: until the next heartbeat, which may have come due since the turn began,
    /// but no longer than a pause may go unnoticed.
    /// </summary>
    public TimeSpan SleepAt(TimeSpan now)
    {
        if (m.NextHeartbeat <= m.Turn) return timing.Tick; // it is withheld
        return Min(m.NextHeartbeat > now ? m.NextHeartbeat - now : TimeSpan.Zero, timing.Tick);
    }

    // The one place that validates the lease.
    private bool LeaseExpiredAt(TimeSpan now) =>
        now < m.LastPublish || now - m.LastPublish > timing.Lease || now - m.LoopbackSentAt > timing.ActiveLoopbackTimeout;

    // The one place that decides a promotion on this node's own judgement. An offer in flight could promote the peer too.
    private bool MayPromoteNow(PendingPromotion otherwise)
    {
        if (m.Stopping) return false;
        if (m.State == BinaryStarState.Passive || GuardPassed) return true;
        m.Pending = otherwise;
        return false;
    }

    private BinaryStarChangeReason CauseOfAbsence =>
        m.Turn < m.Expiry ? BinaryStarChangeReason.PeerCrashed : BinaryStarChangeReason.PeerSilent;

    private void LoseLease(bool alone)
    {
        GiveUp(BinaryStarChangeReason.LeaseExpired);
        m.Expiry = m.Turn + F;
        if (!alone) return;

        m.Reclaiming = true;
        m.SettledAt = m.Turn + timing.ReclaimSettle;
        m.PublishDue = timing.Quiet == TimeSpan.Zero;
        m.NextHeartbeat = m.Turn + timing.Quiet;
    }

    private void GiveUp(BinaryStarChangeReason cause)
    {
        m.SettledAt = m.Turn + timing.Settle;
        Enter(StateMachine.Next(role, m.State, PairInput.GiveUp).Next, cause);
    }

    private void Enter(BinaryStarState next, BinaryStarChangeReason cause)
    {
        if (next == BinaryStarState.Active && m.Stopping) return;
        if (m.State == BinaryStarState.Active) m.ExpiryLimit = m.Turn + F + F;
        transition = new Transition(m.State, next, cause);
        m.State = next;
        m.PublishDue = true;
        m.Reclaiming = false;
        m.Pending = PendingPromotion.None;
        m.DualActiveSince = null;
        m.PeerPassiveAt = null;
    }

    private static BinaryStarChangeReason CauseOf(PeerMessage message) => message switch
    {
        PeerMessage.Active => BinaryStarChangeReason.PeerActive,
        PeerMessage.Passive => BinaryStarChangeReason.PeerPassive,
        _ => BinaryStarChangeReason.PeerWaiting,
    };
}
