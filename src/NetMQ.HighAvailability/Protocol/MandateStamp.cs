namespace NetMQ.HighAvailability.Protocol;

/// <summary>What a node with an arbiter adds to the state that it publishes. Times are the clock of the node that the field names.</summary>
/// <param name="Token">Of an active node: its term's. Of another: the highest that it knows.</param>
/// <param name="SentAt">The sender's time.</param>
/// <param name="PromisedToken">The term in which the receiver was last received as active, if the sender's promise to it still holds; otherwise 0.</param>
/// <param name="PromisedUntil">Until when the receiver may rely on it, by its own clock: it counts from the <see cref="SentAt"/> of that message.</param>
/// <param name="ServesBy">By what an active node serves, for whoever watches the pair.</param>
internal readonly record struct MandateStamp(long Token, TimeSpan SentAt, long PromisedToken, TimeSpan PromisedUntil, BinaryStarMandate ServesBy);
