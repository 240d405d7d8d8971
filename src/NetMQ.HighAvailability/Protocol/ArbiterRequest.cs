namespace NetMQ.HighAvailability.Protocol;

/// <summary>What a node wants of its arbiter.</summary>
internal enum ArbiterOperation : byte
{
    Read,
    Take,   // begins a term
    Keep,   // renews the lease of the present term, or takes it again
    Relax,  // gives the lease back, and keeps the token
}

/// <summary>A request to the arbiter, one at a time.</summary>
/// <param name="Id">Distinguishes it from all others of this process.</param>
/// <param name="Operation">Which.</param>
/// <param name="ExpectedVersion">The version to replace, by a write.</param>
/// <param name="Claim">What to write.</param>
/// <param name="SentAt">A time before it was sent.</param>
internal readonly record struct ArbiterRequest(long Id, ArbiterOperation Operation, string? ExpectedVersion, ArbiterClaim? Claim, TimeSpan SentAt);

/// <summary>What came of a request.</summary>
internal enum ArbiterOutcome : byte
{
    Done,
    Refused,  // the version was not the expected one
    Failed,   // no answer: a write may be carried out later
}

/// <summary>The answer to a request.</summary>
/// <param name="Id">The request's.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Version">The record's version: as read, or as written; null if there is no record.</param>
/// <param name="Claim">The record as read.</param>
internal readonly record struct ArbiterAnswer(long Id, ArbiterOutcome Outcome, string? Version, ArbiterClaim? Claim)
{
    public static ArbiterAnswer Of(long id, ArbiterRecord? record) => new(id, ArbiterOutcome.Done, record?.Version, record?.Claim);

    public static ArbiterAnswer Written(long id, string version) => new(id, ArbiterOutcome.Done, version, null);

    public static ArbiterAnswer Refused(long id) => new(id, ArbiterOutcome.Refused, null, null);

    public static ArbiterAnswer Failed(long id) => new(id, ArbiterOutcome.Failed, null, null);
}

/// <summary>What an answer, or the peer, has changed about a node's mandate.</summary>
internal enum MandateNews : byte
{
    None,
    Granted,     // a term begins
    Superseded,  // another term has begun: the present one is over
}
