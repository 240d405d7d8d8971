namespace NetMQ.HighAvailability;

/// <summary>What an active node of a pair with an <see cref="IArbiter"/> must have in order to serve.</summary>
public enum ArbiterPolicy
{
    /// <summary>
    /// Two of three: the peer's promise not to take over, or a lease of the arbiter. While the pair is whole the arbiter is not written to, and when it is
    /// down, who serves goes on. Each role must have one process at a time.
    /// </summary>
    Quorum = 0,

    /// <summary>
    /// The arbiter's lease alone, whatever the peer says: safe also when there are two processes of one role, for instance where an orchestrator starts a
    /// replacement for one that it can no longer see. When the arbiter is down for longer than the lease, nobody serves.
    /// </summary>
    Strict = 1,
}
