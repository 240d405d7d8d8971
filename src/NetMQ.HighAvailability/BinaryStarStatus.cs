namespace NetMQ.HighAvailability;

/// <summary>A consistent snapshot of a node, taken at the end of one turn of its loop.</summary>
/// <remarks>Immutable. An application may construct its own, for its tests; what is not set is zero, empty or unknown.</remarks>
public sealed record BinaryStarStatus
{
    /// <summary>The node's role.</summary>
    public required BinaryStarRole Role { get; init; }

    /// <summary>The node's state.</summary>
    public required BinaryStarState State { get; init; }

    /// <summary>How many terms, of this node and of its peer, this node has seen: see <see cref="BinaryStarTerm.Number"/>.</summary>
    public long Term { get; init; }

    /// <summary>
    /// The state in the peer's last message: <see cref="BinaryStarState.Primary"/> or <see cref="BinaryStarState.Backup"/> while it
    /// waits or yields; <see langword="null"/> if none was received.
    /// </summary>
    public BinaryStarState? PeerState { get; init; }

    /// <summary>How long ago the last valid message of the peer was received; <see langword="null"/> if never.</summary>
    public TimeSpan? PeerLastReceived { get; init; }

    /// <summary>Whether a message of the peer was received within the failover timeout, and no evidence of its process's death since.</summary>
    public bool PeerAlive { get; init; }

    /// <summary>The arbiter and what this node may do by it; <see langword="null"/> without one.</summary>
    public BinaryStarArbiterStatus? Arbiter { get; init; }

    /// <summary>Each path from the peer, in the order of <see cref="BinaryStarOptions.RemoteEndpoints"/>.</summary>
    public IReadOnlyList<BinaryStarPath> Paths { get; init; } = [];

    /// <summary>Requests handed to the handler.</summary>
    public long VotesAccepted { get; init; }

    /// <summary>Requests received and dropped, because this node was not active.</summary>
    public long VotesRejected { get; init; }

    /// <summary>Requests that failed in the handler, by an exception or an unfinished reply: see <see cref="BinaryStar.RequestFailed"/>.</summary>
    public long RequestsFailed { get; init; }

    /// <summary>
    /// Replies of a ROUTER dropped because their first frame leads to no client: they lack the envelope, or were sent later
    /// and the client has disconnected since.
    /// </summary>
    public long RepliesUndeliverable { get; init; }

    /// <summary>Requests of an asynchronous handler that are accepted and not answered: at most <see cref="VoterOptions.MaxConcurrency"/>, and one that made this node active.</summary>
    public int RequestsInFlight { get; init; }

    /// <summary>Requests of an asynchronous handler whose reply was dropped, or that were cancelled, because this node had stopped being active.</summary>
    public long RequestsOutOfTerm { get; init; }

    /// <summary>Requests that came again and were answered with the remembered reply: see <see cref="VoterOptions.RememberedReplies"/>.</summary>
    public long RequestsRepeated { get; init; }

    /// <summary>
    /// How long as many requests as <see cref="VoterOptions.MaxConcurrency"/> have been in progress without any reply: the handler does not
    /// return. <see langword="null"/> if there is a free place.
    /// </summary>
    public TimeSpan? RequestsStalledFor { get; init; }

    /// <summary>Whether this node, still active, waits for the requests in progress before it hands over or stops.</summary>
    public bool IsDraining { get; init; }

    /// <summary>State messages published: heartbeats, changes, and answers to new subscribers.</summary>
    public long StatesPublished { get; init; }

    /// <summary>Valid state messages received.</summary>
    public long StatesReceived { get; init; }

    /// <summary>Messages on the state link that are none; they changed nothing.</summary>
    public long GarbageReceived { get; init; }

    /// <summary>Messages in which the peer claimed this node's own role; they changed nothing. Two nodes share a role.</summary>
    public long OwnRoleReceived { get; init; }

    /// <summary>How often the loop was interrupted for more than a quarter of a heartbeat: pauses, starvation, slow handlers.</summary>
    public long Interruptions { get; init; }

    /// <summary>
    /// How long ago the loop began the turn at whose end these values were taken. An eighth of a heartbeat is normal;
    /// much more shows that the loop is held up, by a handler for example. Zero before the start.
    /// </summary>
    public TimeSpan TurnAge { get; init; }
}
