namespace NetMQ.HighAvailability;

/// <summary>What a node writes into its pair's record with an <see cref="IArbiter"/>.</summary>
/// <param name="Token">The number of the holder's term: higher than that of every term before, of either node. 1 or more.</param>
/// <param name="Holder">The node whose term it is.</param>
/// <param name="Process">The process of that node: another one after each start.</param>
/// <param name="Lease">
/// How long the record may not be taken from the holder, by the clock of whoever wants to, from when it has seen the record's present version.
/// <see cref="TimeSpan.Zero"/>: it may be taken at once. Whole milliseconds.
/// </param>
public sealed record ArbiterClaim(long Token, BinaryStarRole Holder, Guid Process, TimeSpan Lease);
