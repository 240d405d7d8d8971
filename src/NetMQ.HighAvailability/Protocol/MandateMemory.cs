using static NetMQ.HighAvailability.Common.TimeSpanMath;

namespace NetMQ.HighAvailability.Protocol;

/// <summary>The whole state of a <see cref="Mandate"/>: one value, so that a check can copy, compare and restore it. Times are the node's own.</summary>
internal struct MandateMemory
{
    /// <summary>The token of this node's term; 0: it has none.</summary>
    public long Token;

    /// <summary>Until then the peer has promised to take over nothing.</summary>
    public TimeSpan PeerUntil;

    /// <summary>Until then this node has the arbiter's lease.</summary>
    public TimeSpan LeaseUntil;

    /// <summary>The highest token that this node has received, read or had.</summary>
    public long HighestToken;

    /// <summary>Until then this node has promised its peer to take over nothing.</summary>
    public TimeSpan PromisedUntil;

    /// <summary>The newest term that it has promised this; null: one that will be known when the record has been read.</summary>
    public long? PromisedToken;

    /// <summary>An active peer has been received while <see cref="PromisedToken"/> is not known.</summary>
    public bool PromisedSinceStart;

    /// <summary>The newest message of an active peer: its token, and when it was sent by the peer's clock.</summary>
    public long ReceivedToken;
    public TimeSpan ReceivedSentAt;

    /// <summary>The record is known; it may have been changed since.</summary>
    public bool IsKnown;

    /// <summary>The version of the known record; null: there is none.</summary>
    public string? Version;

    /// <summary>What the known record says.</summary>
    public ArbiterClaim? Claim;

    /// <summary>When an answer first showed that version.</summary>
    public TimeSpan KnownSince;

    /// <summary>There is evidence, newer than that version, that its holder is dead: the lease need not be waited for.</summary>
    public bool IsBroken;

    /// <summary>The request that has not been answered.</summary>
    public ArbiterRequest? Request;

    /// <summary>The number of requests so far.</summary>
    public long Requests;

    /// <summary>Until when this node may serve, if it has a term.</summary>
    public readonly TimeSpan Until => Max(PeerUntil, LeaseUntil);

    /// <summary>By what it may serve.</summary>
    public readonly BinaryStarMandate ServesBy(TimeSpan now) =>
        Token == 0 ? BinaryStarMandate.None
        : now < PeerUntil ? BinaryStarMandate.Peer
        : now < LeaseUntil ? BinaryStarMandate.Lease
        : BinaryStarMandate.None;
}
