using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Protocol;

/// <content>Time that went missing: what a node may still believe after it was paused, cut off, or given another clock.</content>
internal sealed partial class PairEngine
{
    // Notices what time went missing since the last turn. True: the process was not running for a while, or was cut off
    // from the network, and whatever is queued from the peer may be out of date.
    private bool BeginTurn(TimeSpan now)
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

        // For a passive node, receiving nothing while it reconnects is worse than receiving what is a heartbeat old.
        var purge = gap > (m.State == BinaryStarState.Passive ? timing.Heartbeat : timing.ShortGap);
        if (m.State == BinaryStarState.Active && LeaseExpiredAt(m.Turn))
        {
            LoseLease(alone);
            purge = true;
        }

        return purge;
    }

    // A clock that steps back is broken: how long this node or its peer was silent is unknown.
    private void BeginAnewAt(TimeSpan now)
    {
        m.Turn = m.EvidenceFrom = m.NextHeartbeat = m.LastPublish = now;
        m.LastOffer = now;
        m.LastReceived = m.CrashedUntil = m.DualActiveSince = m.PeerPassiveAt = null;
        m.Pending = PendingPromotion.None;
        m.Seeking = null;
        m.PeerActiveAt = m.AskedAt = now;
        m.ReadAt = TimeSpan.MinValue;
        m.AnsweredAt = m.UnansweredSince = m.PromisesFreshSince = null;
        m.Expiry = now + F;
        m.ExpiryLimit = now + F + F;
        m.SettledAt = now + timing.Settle;
        m.Reclaiming = false;
        if (m.State == BinaryStarState.Active) LoseLease(alone: false);
        mandate?.Restart(now);
    }

    private void NoticeGap(TimeSpan gap)
    {
        m.Pending = PendingPromotion.None;
        m.Seeking = null;
        m.CrashedUntil = null;
        m.EvidenceFrom = m.Turn;
        if (m.State == BinaryStarState.Active) return;

        m.ExpiryLimit += gap;
        // After a short gap a passive node has lost nothing: what its peer published is still there to be received.
        var hiccup = m.State == BinaryStarState.Passive && gap <= timing.LongGap;
        var expiry = hiccup ? Max(m.Expiry + gap, m.Turn + timing.Heartbeat) : m.Turn + F;
        m.Expiry = Min(expiry, m.ExpiryLimit);
        if (gap > timing.LongGap) m.SettledAt = Max(m.SettledAt, m.Turn + timing.Settle);
    }

    private void LoseLease(bool alone)
    {
        GiveUp(mandate is not null && mandate.IsOverAt(m.Turn) ? BinaryStarChangeReason.MandateLost : BinaryStarChangeReason.LeaseExpired);
        m.Expiry = m.Turn + F;
        if (!alone) return;

        m.Reclaiming = true;
        m.SettledAt = m.Turn + timing.ReclaimSettle;
        m.PublishDue = timing.Quiet == TimeSpan.Zero;
        m.NextHeartbeat = m.Turn + timing.Quiet;
    }
}
