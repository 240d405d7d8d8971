namespace NetMQ.HighAvailability;

/// <summary>A pair's record, as an <see cref="IArbiter"/> has it.</summary>
/// <param name="Version">Which of its versions this is. The store's own, and only compared.</param>
/// <param name="Claim">What the record says.</param>
public sealed record ArbiterRecord(string Version, ArbiterClaim Claim);
