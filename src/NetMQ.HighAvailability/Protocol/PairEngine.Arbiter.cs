using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Protocol;

/// <content>
/// With an arbiter: when to ask it for what. None of it matters for safety, which is the <see cref="Mandate"/>'s; it decides how soon somebody serves, and that the
/// arbiter has nothing to do while the pair is whole.
/// </content>
internal sealed partial class PairEngine
{
    /// <summary>The right to serve; null without an arbiter.</summary>
    public Mandate? Mandate => mandate;

    /// <summary>The token of the present term; null without an arbiter, or if this node is not active.</summary>
    public long? FencingToken => mandate is { Memory.Token: > 0 and var token } ? token : null;

    // The peer is gone; or, since the arbiter will decide, nobody has been active for as long.
    private bool IsAlone => PeerGone || (mandate is not null && m.Turn - m.PeerActiveAt >= F);

    // A single answer that was lost is not to count for long.
    private TimeSpan CheckInterval => m.UnansweredSince is null ? Timing.ArbiterCheck : Min(F, Timing.ArbiterCheck);

    /// <summary>
    /// Requests have arrived at <paramref name="now"/>, in this turn or soon after it. True: they are to wait unread, because the arbiter is being asked
    /// whether this node may take over.
    /// </summary>
    public bool AwaitsArbiter(TimeSpan now, IPairShell shell)
    {
        if (mandate is null || m.Stopping || m.State == BinaryStarState.Active) return false;
        if (m.Seeking is null && MayTakeOver(now))
        {
            Seek(CauseOfAbsence);
            Consult(shell);
        }

        return IsAwaitingArbiter(now);
    }

    /// <summary>Whether requests are to wait unread at <paramref name="now"/>.</summary>
    public bool IsAwaitingArbiter(TimeSpan now) => m.Seeking is not null && m.State != BinaryStarState.Active && now - m.SeekingSince < Timing.RequestPatience;

    /// <summary>The answer to a request, after a turn.</summary>
    public void Answered(in ArbiterAnswer answer, IPairShell shell)
    {
        if (mandate?.Memory.Request is not { } request || request.Id != answer.Id) return;
        NoteAnswer(answer.Outcome != ArbiterOutcome.Failed, request.SentAt);
        switch (mandate.Answered(answer, m.Turn))
        {
            case MandateNews.Granted when m.Seeking is { } cause && !m.Stopping:
                Enter(BinaryStarState.Active, cause);
                m.ActiveAt = m.Turn;
                break;
            case MandateNews.Granted:
                EndMandate(); // no longer wanted: it will be given back
                break;
            case MandateNews.Superseded:
                GiveUp(BinaryStarChangeReason.MandateLost);
                break;
        }

        FollowMandate();
        Consult(shell);
        ApplyDecisions(shell);
    }

    /// <summary>Asks the arbiter, to know whether it answers: as soon as it has answered what it was asked before.</summary>
    public void CheckArbiter(IPairShell shell)
    {
        m.CheckDue = true;
        Consult(shell);
    }

    // A message of the peer's. True: it has ended this node's term.
    private bool EndsTerm(PeerMessage message, in MandateStamp stamp, TimeSpan receivedAt)
    {
        var isActive = message == PeerMessage.Active;
        if (isActive)
        {
            m.PeerActiveAt = receivedAt;
            m.Seeking = null;
        }

        var news = mandate!.Receive(isActive, stamp, receivedAt);
        FollowMandate();
        if (news != MandateNews.Superseded) return false;
        if (isActive) Enter(StateMachine.Next(role, m.State, PairInput.DualActiveLost).Next, BinaryStarChangeReason.DualActive);
        else GiveUp(BinaryStarChangeReason.MandateLost);
        return true;
    }

    private void Seek(BinaryStarChangeReason cause)
    {
        if (m.Stopping || m.Seeking is not null) return;
        m.Seeking = cause;
        m.SeekingSince = m.Turn;
    }

    private void EndMandate()
    {
        if (mandate is null) return;
        mandate.End();
        m.ServesUntil = TimeSpan.MinValue;
        m.PromisesFreshSince = null;
    }

    // After whatever may have changed it.
    private void FollowMandate()
    {
        if (m.State == BinaryStarState.Active) m.ServesUntil = mandate!.Until;
    }

    private void NoteAnswer(bool answered, TimeSpan askedAt)
    {
        if (answered) m.AnsweredAt = m.Turn;
        m.UnansweredSince = answered ? null : m.UnansweredSince ?? askedAt;
    }

    private void Consult(IPairShell shell)
    {
        if (mandate is null) return;
        if (m.Turn - m.SeekingSince >= F) m.Seeking = null;
        if (mandate.Memory.Request is { } request)
        {
            if (m.Turn - request.SentAt < timing.ArbiterPatience) return;
            mandate.GiveUp();
            NoteAnswer(answered: false, request.SentAt);
        }

        if (m.UnansweredSince is not null && m.Turn - m.AskedAt < timing.ArbiterRetry) return;
        if ((m.State == BinaryStarState.Active ? NextWhileActive() : NextWhileNotActive()) is not { } operation) return;
        m.AskedAt = m.Turn;
        m.CheckDue = false;
        if (operation == ArbiterOperation.Read) m.ReadAt = m.Turn;
        var next = mandate.Ask(operation, m.Turn);
        FollowMandate();
        shell.Ask(next);
    }

    private ArbiterOperation? NextWhileActive()
    {
        ref readonly var known = ref mandate!.Memory;
        var leased = mandate.Timing.Leased;
        var lease = known.LeaseUntil == TimeSpan.MinValue ? TimeSpan.Zero : known.LeaseUntil - m.Turn;
        var isFresh = mandate.Policy == ArbiterPolicy.Quorum && known.PeerUntil != TimeSpan.MinValue
            && known.PeerUntil - m.Turn > mandate.Timing.Promised - 2 * timing.Heartbeat;
        m.PromisesFreshSince = isFresh ? m.PromisesFreshSince ?? m.Turn : null;
        var isWhole = m.Turn - m.PromisesFreshSince >= timing.Heartbeat;

        if (!known.IsKnown) return ArbiterOperation.Read;
        if (isWhole && mandate.MayRelax) return ArbiterOperation.Relax;
        if (lease < leased * (isFresh ? 0.5 : 0.75) && (!isFresh || lease > TimeSpan.Zero) && mandate.MayKeepAt(m.Turn)) return ArbiterOperation.Keep;
        return m.CheckDue || m.Turn - m.AskedAt >= CheckInterval ? ArbiterOperation.Read : null;
    }

    private ArbiterOperation? NextWhileNotActive()
    {
        ref readonly var known = ref mandate!.Memory;
        var isSeeking = m.Seeking is not null;
        if (isSeeking && mandate.MayTakeAt(m.Turn)) return ArbiterOperation.Take;
        if (!isSeeking && mandate.MayRelax) return ArbiterOperation.Relax;

        // The record may matter soon: to know when its lease is over takes as long as the lease.
        var watches = isSeeking || mandate.Policy == ArbiterPolicy.Strict || m.Turn - m.LastReceived >= timing.Heartbeat * 3 / 2
            || (m.Turn < known.PromisedUntil && known.PromisedToken is null);
        if (watches && (!known.IsKnown || (isSeeking && m.ReadAt < m.SeekingSince))) return ArbiterOperation.Read;

        // A lone node's lease is given back soon after its peer has returned, and a new term's record is best known before it is needed.
        var isChanging = mandate.IsLeasedToPeer || (known.Claim?.Token ?? 0) != known.HighestToken;
        var interval = watches ? mandate.Timing.Lease / 8 : isChanging ? 2 * timing.Heartbeat : CheckInterval;
        return m.CheckDue || m.Turn - m.AskedAt >= interval ? ArbiterOperation.Read : null;
    }
}
