namespace NetMQ.HighAvailability.Protocol;

/// <summary>A change of state, and why.</summary>
internal readonly record struct Transition(BinaryStarState From, BinaryStarState To, BinaryStarChangeReason Reason);

/// <summary>The result of a message from the peer.</summary>
internal enum ReceiveResult : byte
{
    Valid,
    OwnRoleIgnored,   // the peer has this node's role; this node has met its real peer before and continues
    OwnRoleFatal,     // the same while this node still waits for its peer: both nodes have one role, or it is connected to itself
    DualActiveStays,  // two actives, and the policy decided for this node
    DualActiveFatal,  // two actives, and the policy is to abort
}

/// <summary>What a node knows of its peer.</summary>
internal enum PeerStatus : byte
{
    Unknown,  // nothing received yet, and not overdue
    Alive,
    Expired,  // nothing received for the failover timeout, and longer if this node was not running meanwhile
    Crashed,  // its process is known to be dead
}

/// <summary>The result of an operator's order to promote a waiting backup.</summary>
internal enum Promotion : byte
{
    Done,
    Pending,          // the node's own offer may still be in flight; it becomes active when the guard has passed
    NotWaiting,       // only a backup that has never met its peer needs promoting
    PeerMayBeAlive,
}
