namespace NetMQ.HighAvailability;

/// <summary>
/// Which half of the pair a node is. The role is configuration and never changes; which half serves is
/// <see cref="BinaryStarState"/>.
/// </summary>
/// <remarks>Source: <c>bstar_new (primary, …)</c> of the ZeroMQ guide's Binary Star reactor.</remarks>
public enum BinaryStarRole
{
    /// <summary>The node that serves after a normal start of the pair, and stays when two active nodes meet.</summary>
    Primary = 1,

    /// <summary>The node that waits for a primary and takes over from it; without an <see cref="IArbiter"/> it never starts serving on its own.</summary>
    Backup = 2,
}
