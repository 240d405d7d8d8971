using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Protocol;

/// <summary>
/// The timed core of one node: which of its peer's messages to act on, when the peer is gone, when this node may
/// serve. Takes events with their time and has its decisions carried out by an <see cref="IPairShell"/>: no clock,
/// socket, thread or log.
/// <para>
/// A node takes one <see cref="Turn"/> whenever something wakes it. What it was woken for, a <see cref="Vote"/> or an
/// operator's order, comes after the turn, so that the peer's messages have always been received first.
/// </para>
/// </summary>
/// <param name="role">Which of the two nodes it is.</param>
/// <param name="timing">Every time span.</param>
/// <param name="policy">What two active nodes do when they meet.</param>
/// <param name="mandate">The right to serve, of a pair with an arbiter; null without one.</param>
internal sealed partial class PairEngine(BinaryStarRole role, Timing timing, DualActivePolicy policy, Mandate? mandate = null)
{
    private PairMemory m;
    private Transition? transition;

    public BinaryStarRole Role => role;

    public BinaryStarState State => m.State;

    /// <summary>The whole state of the node.</summary>
    public ref readonly PairMemory Memory => ref m;

    private TimeSpan F => timing.Failover;

    private bool Settling => m.Turn < m.SettledAt;

    private bool PeerCrashed => m.Turn <= m.CrashedUntil;

    /// <summary>What this node knows of its peer, as of the last turn. The only place that decides it.</summary>
    public PeerStatus Peer => PeerCrashed ? PeerStatus.Crashed : m.Turn >= m.Expiry ? PeerStatus.Expired : m.LastReceived is null ? PeerStatus.Unknown : PeerStatus.Alive;

    private bool PeerGone => Peer is PeerStatus.Crashed or PeerStatus.Expired;

    private bool GuardPassed => m.LastOffer is not { } offer || m.Turn - offer >= timing.OfferGuard;

    /// <summary>The peer published that it is passive since this node became active, and recently: it will act on an offer.</summary>
    public bool CanHandOver => m.Drained && m.PeerPassiveAt is { } received && m.Turn - received <= timing.HandOverFreshness;

    /// <summary>Starts the node; its first turn publishes its state.</summary>
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
            ServesUntil = mandate is null ? TimeSpan.MaxValue : TimeSpan.MinValue,
            PeerActiveAt = now,
            AskedAt = now,
            ReadAt = TimeSpan.MinValue,
            CheckDue = mandate is not null,
        };
        transition = null;
        mandate?.Start(now);
    }

    /// <summary>
    /// One turn, whatever the node was woken for: notice the time that went missing, receive what the peer has sent, and
    /// publish what is due.
    /// </summary>
    /// <param name="now">The time of the turn.</param>
    /// <param name="subscriberCame">A subscriber has connected, and must receive the state now rather than at the next heartbeat.</param>
    /// <param name="shell">Carries out the decisions.</param>
    /// <returns>False: a message of the peer was fatal, and the turn was not completed.</returns>
    public bool Turn(TimeSpan now, bool subscriberCame, IPairShell shell)
    {
        if (BeginTurn(now)) shell.Purge();
        ApplyDecisions(shell, heartbeats: false); // a heartbeat waits until the peer's messages have been received
        while (IsInTime(shell) && shell.TryReceive(out var message, out var stamp))
        {
            // The turn may have begun long ago: a handler of events has run since, or the process stood still.
            var result = Receive(message, stamp, Max(shell.Now, now));
            shell.OnReceived(message, result);
            if (result is ReceiveResult.OwnRoleFatal or ReceiveResult.DualActiveFatal) return false;
            ApplyDecisions(shell, heartbeats: false);
        }

        var complete = IsInTime(shell);
        EndReceiving(complete && shell.IsDrained);
        m.PublishDue |= subscriberCame; // after the peer's messages were received: a subscriber gets the state that results from them
        if (!complete) return true;
        Consult(shell);
        ApplyDecisions(shell);
        return true;
    }

    // If a handler of events has taken long, or the process stood still, the lease may be over and the peer active: the next turn notices, before anything is
    // received or published as if it were not so.
    private bool IsInTime(IPairShell shell) => shell.Now - m.Turn <= timing.ShortGap;

    private ReceiveResult Receive(PeerMessage message, in MandateStamp stamp, TimeSpan receivedAt)
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
        m.LastReceived = m.Turn;
        m.EvidenceFrom = receivedAt;
        m.Expiry = m.Turn + F;
        m.ExpiryLimit = m.Turn + F + F;
        m.CrashedUntil = null;
        m.Pending = PendingPromotion.None;

        if (mandate is not null && EndsTerm(message, stamp, receivedAt)) return ReceiveResult.Valid;
        if (step.Verdict == Verdict.DualActive) return MeetActivePeer();
        if (m.Reclaiming && message == PeerMessage.Passive) StopReclaiming();
        if (Settling && message != PeerMessage.Active) return ReceiveResult.Valid;
        if (m.Reclaiming && message != PeerMessage.Active) step = StateMachine.Next(role, m.State, PairInput.Reclaim);
        if (step.Next != m.State) Become(step.Next, CauseOf(message));
        return ReceiveResult.Valid;
    }

    // A passive peer knows that this node was active, and takes its offer as usual.
    private void StopReclaiming()
    {
        m.Reclaiming = false;
        m.PublishDue = true;
    }

    private ReceiveResult MeetActivePeer()
    {
        if (mandate is not null) return ReceiveResult.DualActiveStays; // this node's right is valid and its token newer: the message is old
        if (policy == DualActivePolicy.Abort) return ReceiveResult.DualActiveFatal;

        m.DualActiveSince ??= m.Turn;
        var notReceived = m.Turn - m.DualActiveSince >= timing.DualActivePatience; // a backup that receives a primary's messages yields well within
        if (role == BinaryStarRole.Primary && !notReceived) return ReceiveResult.DualActiveStays;

        Enter(StateMachine.Next(role, m.State, PairInput.DualActiveLost).Next, BinaryStarChangeReason.DualActive);
        return ReceiveResult.Valid;
    }

    // Complete: no message of the peer is left unread. Carries out a promotion that only waited for this node's last
    // offer to be out of the way, and takes back what this node lost alone.
    private void EndReceiving(bool complete)
    {
        m.Drained = complete;
        if (m.Reclaiming && complete && !Settling && PeerGone) Become(StateMachine.Next(role, m.State, PairInput.Reclaim).Next, CauseOfAbsence);
        if (m.Pending == PendingPromotion.None || !complete || !GuardPassed) return;

        if (IsAlone) Become(BinaryStarState.Active, m.Pending == PendingPromotion.Operator ? BinaryStarChangeReason.Promoted : CauseOfAbsence);
        m.Pending = PendingPromotion.None;
    }

    /// <summary>
    /// Judges a request that arrived at <paramref name="now"/>, in this turn or soon after it. True: serve it.
    /// </summary>
    public bool Vote(TimeSpan now, IPairShell shell)
    {
        if (m.State == BinaryStarState.Active) return Serves(now);
        if (mandate is not null || !MayTakeOver(now)) return false; // the arbiter has been asked before: AwaitsArbiter
        Enter(BinaryStarState.Active, CauseOfAbsence);

        // The event handlers of the change may have taken longer than the lease lasts.
        ApplyDecisions(shell);
        return Serves(shell.Now);
    }

    /// <summary>
    /// Whether a request that arrives at <paramref name="now"/> may be served in the current state. If the lease has run out since
    /// the turn began, the next turn will notice.
    /// </summary>
    public bool Serves(TimeSpan now) => m.State == BinaryStarState.Active && !LeaseExpiredAt(now);

    // If the turn began too long ago, the next turn judges the vote.
    private bool MayTakeOver(TimeSpan now)
    {
        if (Settling || !m.Drained || now < m.Turn || now - m.Turn > timing.ShortGap) return false;

        var step = StateMachine.Next(role, m.State, IsAlone ? PairInput.VotePeerGone : PairInput.VotePeerThere);
        // A backup alone must not serve, for it cannot know; the arbiter can.
        if (step.Verdict != Verdict.Accept && (mandate is null || !IsAlone)) return false;
        return MayPromoteNow(PendingPromotion.Vote);
    }

    /// <summary>An operator's order to a backup that was started alone and would otherwise wait indefinitely.</summary>
    public Promotion Promote(IPairShell shell)
    {
        if (m.Stopping || StateMachine.Next(role, m.State, PairInput.Promote).Next == m.State) return Promotion.NotWaiting;
        if (Settling || !m.Drained || !PeerGone) return Promotion.PeerMayBeAlive;
        if (!MayPromoteNow(PendingPromotion.Operator)) return Promotion.Pending;
        Become(BinaryStarState.Active, BinaryStarChangeReason.Promoted);
        Consult(shell);
        ApplyDecisions(shell);
        return mandate is null ? Promotion.Done : Promotion.Pending;
    }

    /// <summary>
    /// Evidence, collected at <paramref name="collectedAt"/>, that the peer's process is dead. It counts until a
    /// message of the peer is received, a gap is noticed, or one from a restarted process could have been received. False: it is void.
    /// </summary>
    public bool PeerLost(TimeSpan collectedAt)
    {
        if (!m.Drained || collectedAt <= m.EvidenceFrom) return false;
        m.CrashedUntil = collectedAt + timing.EvidenceLifetime;
        if (PeerCrashed) mandate?.PeerLost(collectedAt);
        return PeerCrashed;
    }

    /// <summary>Gives up active in favour of a peer that is there and passive; false if <see cref="CanHandOver"/> is.</summary>
    public bool HandOver(IPairShell shell)
    {
        if (!CanHandOver) return false;
        GiveUp(BinaryStarChangeReason.HandOver);
        Consult(shell);
        ApplyDecisions(shell);
        return true;
    }

    /// <summary>
    /// The node is stopping, and gives up active first. True: the peer is there, and about to publish that it has taken
    /// over.
    /// </summary>
    public bool Stop(IPairShell shell)
    {
        m.Stopping = true;
        m.Reclaiming = false;
        m.Pending = PendingPromotion.None;
        m.Seeking = null;
        if (m.State != BinaryStarState.Active) return false;

        GiveUp(BinaryStarChangeReason.HandOver);
        Consult(shell);
        ApplyDecisions(shell);
        return m.LastReceived is { } received && m.Turn - received <= timing.HandOverFreshness;
    }

    /// <summary>The node has failed: it is no longer active; nothing is published and no event raised.</summary>
    public void Abandon()
    {
        if (m.State != BinaryStarState.Active) return;
        m.State = BinaryStarState.Yielding;
        EndMandate();
    }

    /// <summary>For the checks: continues from a saved state.</summary>
    public void Restore(in PairMemory memory)
    {
        m = memory;
        transition = null;
    }

    // The one place where decisions leave the core. The peer is notified before the application.
    private void ApplyDecisions(IPairShell shell, bool heartbeats = true)
    {
        var (changed, due) = (transition, m.NextHeartbeat);
        transition = null;
        if (TryTakePublish(heartbeats, out var message)) shell.Publish(message, mandate?.StampAt(m.Turn) ?? default, due);
        if (changed is { } taken) shell.Apply(taken);
    }

    // What to publish now, at a change, for a subscriber or as a heartbeat; at most once a turn and change.
    private bool TryTakePublish(bool heartbeats, out PeerMessage message)
    {
        message = default;
        // A pending promotion withholds offers, which would restart its guard; a lease of the arbiter that is being given back, because the
        // peer could not take over yet.
        var beat = heartbeats && m.Turn >= m.NextHeartbeat;
        if (!(m.PublishDue || beat) || m.Pending != PendingPromotion.None || (m.State == BinaryStarState.Yielding && mandate is { HasLeaseToGiveBack: true })) return false;

        message = m.Reclaiming ? PeerMessage.Passive : PeerMessageCodec.Of(role, m.State); // with an offer, the peer would take what this node reclaims
        // Deadlines are periodic: if they shifted with lateness, it would add up to a lost heartbeat and more.
        var interval = m.State == BinaryStarState.Active || (m.State == BinaryStarState.Passive && mandate is { Policy: ArbiterPolicy.Quorum }) ? timing.ActiveHeartbeat : timing.Heartbeat;
        var periodic = m.NextHeartbeat + interval;
        m.NextHeartbeat = !m.PublishDue && periodic > m.Turn ? periodic : m.Turn + interval;
        m.PublishDue = false;
        m.LastPublish = m.Turn;
        if (message == PeerMessageCodec.WaitingAs(role)) m.LastOffer = m.Turn;
        return true;
    }

    /// <summary>
    /// How long the loop may sleep after a turn: until the next heartbeat, which may have become due since the turn began,
    /// but no longer than a pause may go unnoticed.
    /// </summary>
    public TimeSpan SleepAt(TimeSpan now)
    {
        if (m.NextHeartbeat <= m.Turn) return timing.Tick; // it is withheld
        return Min(m.NextHeartbeat > now ? m.NextHeartbeat - now : TimeSpan.Zero, timing.Tick);
    }

    // The one place that validates the lease.
    private bool LeaseExpiredAt(TimeSpan now) =>
        now < m.LastPublish || now - m.LastPublish > timing.Lease || now >= m.ServesUntil;

    // The one place that decides a promotion on this node's own judgement. An offer in flight could promote the peer too.
    private bool MayPromoteNow(PendingPromotion otherwise)
    {
        if (m.Stopping) return false;
        if (m.State == BinaryStarState.Passive || GuardPassed) return true;
        m.Pending = otherwise;
        return false;
    }

    private BinaryStarChangeReason CauseOfAbsence =>
        PeerCrashed && m.Turn < m.Expiry ? BinaryStarChangeReason.PeerCrashed : BinaryStarChangeReason.PeerSilent;

    private void GiveUp(BinaryStarChangeReason cause)
    {
        m.SettledAt = m.Turn + timing.Settle;
        Enter(StateMachine.Next(role, m.State, PairInput.GiveUp).Next, cause);
    }

    // Active only by the arbiter's yes, if there is an arbiter.
    private void Become(BinaryStarState next, BinaryStarChangeReason cause)
    {
        if (next == BinaryStarState.Active && mandate is not null) Seek(cause);
        else Enter(next, cause);
    }

    private void Enter(BinaryStarState next, BinaryStarChangeReason cause)
    {
        if (next == BinaryStarState.Active && m.Stopping) return;
        if (m.State == BinaryStarState.Active) EndMandate();
        m.Seeking = null;
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
