using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Protocol;

/// <summary>
/// The right to serve, of one node of a pair with an arbiter: the nine rules of <c>docs/protocol.md</c>. While it lasts no other
/// process can have it, and each term has a higher token than all before, whatever is delayed, lost, paused or cut. No clock, socket, thread or log.
/// <para>
/// Its handlers may be called at any time and in any order: when to ask the arbiter is a matter of speed, not of safety, and decided by the
/// <see cref="PairEngine"/>. One duty is its caller's: a right that is over (<see cref="IsOverAt"/>) must be given up with
/// <see cref="End"/> before anything else of that time is handled.
/// </para>
/// </summary>
internal sealed class Mandate(BinaryStarRole role, Guid process, MandateTiming timing, ArbiterPolicy policy)
{
    private static readonly TimeSpan Never = TimeSpan.MinValue;

    private MandateMemory m;

    /// <summary>The whole state.</summary>
    public ref readonly MandateMemory Memory => ref m;

    public ArbiterPolicy Policy => policy;

    public MandateTiming Timing => timing;

    /// <summary>Until when this node may serve, if it is active.</summary>
    public TimeSpan Until => m.Until;

    /// <summary>The known record is this process's.</summary>
    public bool IsMine => m is { IsKnown: true, Claim: { } claim } && claim.Holder == role && claim.Process == process;

    private bool IsPeers => m is { IsKnown: true, Claim: { } claim } && claim.Holder != role;

    private bool IsLeased => m is { IsKnown: true, Claim: { } claim } && claim.Lease > TimeSpan.Zero;

    /// <summary>The arbiter may still count a lease for this process, and knows or will be told that it is given back.</summary>
    public bool HasLeaseToGiveBack => (IsMine && IsLeased) || m.Request is { Operation: ArbiterOperation.Relax };

    /// <summary>The known record is leased to the peer.</summary>
    public bool IsLeasedToPeer => IsPeers && IsLeased;

    /// <inheritdoc cref="MandateMemory.ServesBy"/>
    public BinaryStarMandate ServesBy(TimeSpan now) => m.ServesBy(now);

    /// <summary>This node has a term, and its right is over (rule 1).</summary>
    public bool IsOverAt(TimeSpan now) => m.Token != 0 && now >= Until;

    /// <summary>A new process: what its predecessor may have promised holds for it as well (rule 8).</summary>
    public void Start(TimeSpan now)
    {
        m = new MandateMemory { PeerUntil = Never, LeaseUntil = Never, PromisedUntil = Never };
        if (policy == ArbiterPolicy.Quorum) m.PromisedUntil = now + timing.Promise;
    }

    /// <summary>The clock is broken: whatever was measured by it is void.</summary>
    public void Restart(TimeSpan now)
    {
        End();
        m.IsKnown = m.IsBroken = false;
        m.Request = null;
        if (policy == ArbiterPolicy.Quorum && m.PromisedUntil != Never) m.PromisedUntil = now + timing.Promise;
    }

    /// <summary>The term is over, or was not wanted. What the peer has promised it counts for no other.</summary>
    public void End()
    {
        m.Token = 0;
        m.PeerUntil = m.LeaseUntil = Never;
    }

    /// <summary>What to add to a message that is sent now.</summary>
    public MandateStamp StampAt(TimeSpan now)
    {
        if (m.Token != 0) return new MandateStamp(m.Token, now, 0, TimeSpan.Zero, ServesBy(now));
        var promises = now < m.PromisedUntil && m.ReceivedToken != 0;
        return new MandateStamp(m.HighestToken, now, promises ? m.ReceivedToken : 0, promises ? m.ReceivedSentAt + timing.Promised : TimeSpan.Zero, BinaryStarMandate.None);
    }

    /// <summary>A message of the peer.</summary>
    public MandateNews Receive(bool isActive, in MandateStamp stamp, TimeSpan now)
    {
        if (m.Token != 0 && stamp.Token > m.Token) return MandateNews.Superseded; // rule 9
        if (policy == ArbiterPolicy.Strict) return MandateNews.None; // the arbiter alone says which tokens there are

        Learn(stamp.Token);
        if (isActive)
        {
            if (m.Token == 0) Promise(stamp, now); // an active node's right is valid, so what it receives is old
            return MandateNews.None;
        }

        // Rule 6. How long a promise lasts the peer says, whose timing may be another; no longer than this node's own from now.
        if (m.Token != 0 && stamp.PromisedToken == m.Token) m.PeerUntil = Max(m.PeerUntil, Min(stamp.PromisedUntil, now + timing.Promised));
        if (now < m.PromisedUntil && m.PromisedToken is { } promised && stamp.Token >= promised) EndPromise(); // rule 7: sent after that term
        return MandateNews.None;
    }

    // Rules 6 and 8.
    private void Promise(in MandateStamp stamp, TimeSpan now)
    {
        if (now >= m.PromisedUntil)
        {
            m.PromisedToken = stamp.Token;
            m.PromisedSinceStart = false;
        }
        else if (m.PromisedToken is { } promised)
        {
            m.PromisedToken = Math.Max(promised, stamp.Token);
        }
        else
        {
            m.PromisedSinceStart = true; // what the predecessor promised may be newer
        }

        m.PromisedUntil = now + timing.Promise;
        if (stamp.Token < m.ReceivedToken || (stamp.Token == m.ReceivedToken && stamp.SentAt <= m.ReceivedSentAt)) return;
        m.ReceivedToken = stamp.Token;
        m.ReceivedSentAt = stamp.SentAt;
    }

    private void EndPromise()
    {
        m.PromisedUntil = Never;
        m.PromisedToken = null;
        m.PromisedSinceStart = false;
        m.ReceivedToken = 0;
        m.ReceivedSentAt = TimeSpan.Zero;
    }

    /// <summary>Evidence, collected at that time, that the peer's process is dead: it serves no more, and what was promised to it is void.</summary>
    public void PeerLost(TimeSpan collectedAt)
    {
        EndPromise();
        // A process that has been started since has written another version, or will find this one changed.
        if (IsLeased && IsPeers && m.KnownSince < collectedAt) m.IsBroken = true;
    }

    public bool MayRead => m.Request is null;

    /// <summary>Whether a term may be asked for (rule 4).</summary>
    public bool MayTakeAt(TimeSpan now) =>
        m is { Request: null, Token: 0, IsKnown: true, HighestToken: < PeerMessageCodec.MaxToken } && now >= m.PromisedUntil && (!IsLeased || IsMine || m.IsBroken || now - m.KnownSince >= m.Claim!.Lease);

    /// <summary>Whether the lease may be renewed, or taken again.</summary>
    public bool MayKeepAt(TimeSpan now) => m.Request is null && m.Token != 0 && now < Until && IsMine && m.Claim!.Token == m.Token;

    /// <summary>Whether the lease may be given back.</summary>
    public bool MayRelax => m.Request is null && IsMine && IsLeased && (m.Token == 0 || policy == ArbiterPolicy.Quorum);

    /// <summary>Makes a request, which is sent after <paramref name="now"/>. The operation must be allowed.</summary>
    public ArbiterRequest Ask(ArbiterOperation operation, TimeSpan now)
    {
        var claim = operation switch
        {
            ArbiterOperation.Read => null,
            ArbiterOperation.Take => new ArbiterClaim(m.HighestToken + 1, role, process, timing.Lease),
            ArbiterOperation.Keep => m.Claim! with { Lease = timing.Lease },
            _ => m.Claim! with { Lease = TimeSpan.Zero },
        };
        if (operation == ArbiterOperation.Relax) m.LeaseUntil = Never; // rule 2: it may be carried out at any time from now on
        var request = new ArbiterRequest(++m.Requests, operation, operation == ArbiterOperation.Read ? null : m.Version, claim, now);
        m.Request = request;
        return request;
    }

    /// <summary>The request is not waited for any longer. A write may still be carried out, so the record is no longer known (rule 3).</summary>
    public void GiveUp()
    {
        if (m.Request is { Operation: not ArbiterOperation.Read }) m.IsKnown = m.IsBroken = false;
        m.Request = null;
    }

    /// <summary>The answer to a request. One that was given up is ignored.</summary>
    public MandateNews Answered(in ArbiterAnswer answer, TimeSpan now)
    {
        if (m.Request is not { } request || request.Id != answer.Id) return MandateNews.None;
        if (answer.Outcome == ArbiterOutcome.Failed)
        {
            GiveUp();
            return MandateNews.None;
        }

        m.Request = null;
        if (request.Operation == ArbiterOperation.Read) return Read(answer, now);
        if (answer.Outcome == ArbiterOutcome.Refused)
        {
            m.IsKnown = m.IsBroken = false;
            return MandateNews.None;
        }

        Know(answer.Version, request.Claim, now);
        if (request.Operation == ArbiterOperation.Keep && m.Token == request.Claim!.Token) m.LeaseUntil = Max(m.LeaseUntil, request.SentAt + timing.Leased);
        return request.Operation == ArbiterOperation.Take && TryUse(request, now) ? MandateNews.Granted : MandateNews.None;
    }

    private MandateNews Read(in ArbiterAnswer answer, TimeSpan now)
    {
        if (!m.IsKnown || m.Version != answer.Version) Know(answer.Version, answer.Claim, now);
        Learn(m.Claim?.Token ?? 0);
        if (m.PromisedToken is null && now < m.PromisedUntil)
        {
            if (!m.PromisedSinceStart && !IsPeers) EndPromise(); // rule 8: no predecessor can have promised anything that is still in use
            else m.PromisedToken = m.HighestToken;
        }

        return m.Token != 0 && !(IsMine && m.Claim!.Token == m.Token) ? MandateNews.Superseded : MandateNews.None;
    }

    // A term begins (rules 2 and 5).
    private bool TryUse(in ArbiterRequest request, TimeSpan now)
    {
        var token = request.Claim!.Token;
        var until = request.SentAt + timing.Leased;
        var isNew = token > m.HighestToken;
        Learn(token);
        if (m.Token != 0 || !isNew || now >= until) return false;

        EndPromise();
        m.Token = token;
        m.PeerUntil = Never;
        m.LeaseUntil = until;
        return true;
    }

    private void Know(string? version, ArbiterClaim? claim, TimeSpan now)
    {
        m.IsKnown = true;
        m.Version = version;
        m.Claim = claim;
        m.KnownSince = now;
        m.IsBroken = false;
    }

    private void Learn(long token) => m.HighestToken = Math.Max(m.HighestToken, token);

    /// <summary>For the checks: continues from a saved state.</summary>
    public void Restore(in MandateMemory memory) => m = memory;
}
