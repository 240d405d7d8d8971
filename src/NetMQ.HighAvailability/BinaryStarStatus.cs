namespace NetMQ.HighAvailability;

/// <summary>A node as it was at the end of one turn of its loop: all values belong together.</summary>
public sealed record BinaryStarStatus
{
    internal BinaryStarStatus()
    {
    }

    /// <summary>The node's role.</summary>
    public required BinaryStarRole Role { get; init; }

    /// <summary>The node's state.</summary>
    public required BinaryStarState State { get; init; }

    /// <summary>How many terms, of this node and of its peer, this node has seen: see <see cref="BinaryStarTerm.Number"/>.</summary>
    public required long Term { get; init; }

    /// <summary>
    /// What the peer last said: <see cref="BinaryStarState.Primary"/> or <see cref="BinaryStarState.Backup"/> while it
    /// waits or yields; <see langword="null"/> if it was never heard.
    /// </summary>
    public required BinaryStarState? PeerState { get; init; }

    /// <summary>How long ago the peer was last heard with a valid message; <see langword="null"/> if never.</summary>
    public required TimeSpan? PeerLastReceived { get; init; }

    /// <summary>Whether the peer was heard within the failover timeout, and nothing has told of its process's death since.</summary>
    public required bool PeerAlive { get; init; }

    /// <summary>Each way to hear the peer, in the order of <see cref="BinaryStarOptions.RemoteEndpoints"/>.</summary>
    public required IReadOnlyList<BinaryStarPath> Paths { get; init; }

    /// <summary>Requests handed to the handler.</summary>
    public required long VotesAccepted { get; init; }

    /// <summary>Requests received and dropped, because this node was not active.</summary>
    public required long VotesRejected { get; init; }

    /// <summary>Requests that failed in the handler, by an exception or an unfinished reply: see <see cref="BinaryStar.RequestFailed"/>.</summary>
    public required long RequestsFailed { get; init; }

    /// <summary>
    /// Replies of a ROUTER dropped because their first frame leads to no client: they lack the envelope, or were sent later
    /// and the client has disconnected since.
    /// </summary>
    public required long RepliesUndeliverable { get; init; }

    /// <summary>State messages published: heartbeats, changes, and answers to new subscribers.</summary>
    public required long StatesPublished { get; init; }

    /// <summary>Valid state messages received.</summary>
    public required long StatesReceived { get; init; }

    /// <summary>Messages on the state link that are none; they changed nothing.</summary>
    public required long GarbageReceived { get; init; }

    /// <summary>Messages in which the peer claimed this node's own role; they changed nothing. Two nodes share a role.</summary>
    public required long OwnRoleReceived { get; init; }

    /// <summary>How often the loop was interrupted for more than a quarter of a heartbeat: pauses, starvation, slow handlers.</summary>
    public required long Interruptions { get; init; }

    /// <summary>
    /// How long ago the loop began the turn at whose end these values were taken. An eighth of a heartbeat is normal;
    /// much more says that the loop is held up, by a handler for example.
    /// </summary>
    public required TimeSpan TurnAge { get; init; }
}

/// <summary>One way to hear the peer.</summary>
/// <param name="RemoteEndpoint">The endpoint.</param>
/// <param name="LastReceived">How long ago the peer was last heard this way; <see langword="null"/> if never.</param>
/// <param name="Alive">Whether it was within the failover timeout.</param>
public sealed record BinaryStarPath(string RemoteEndpoint, TimeSpan? LastReceived, bool Alive);
