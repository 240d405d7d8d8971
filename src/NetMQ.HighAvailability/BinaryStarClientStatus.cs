namespace NetMQ.HighAvailability;

/// <summary>A consistent snapshot of a <see cref="BinaryStarClient"/>, taken at the end of one turn of its loop.</summary>
/// <remarks>Immutable. An application may construct its own, for its tests; what is not set is zero or unknown.</remarks>
public sealed record BinaryStarClientStatus
{
    /// <summary>The endpoint of the server that answered last; <see langword="null"/> before the first answer.</summary>
    public string? CurrentServer { get; init; }

    /// <summary>Whether that server is relied on: false while the client is looking for one that answers.</summary>
    public bool HasServer { get; init; }

    /// <summary>Requests sent or about to be sent, and not yet answered.</summary>
    public int Outstanding { get; init; }

    /// <summary>Requests answered.</summary>
    public long Answered { get; init; }

    /// <summary>Requests that ended with <see cref="RequestTimeoutException"/>.</summary>
    public long TimedOut { get; init; }

    /// <summary>Requests that ended with <see cref="RequestOutcomeUnknownException"/>.</summary>
    public long OutcomeUnknown { get; init; }

    /// <summary>Requests that ended with <see cref="RequestFailedException"/>.</summary>
    public long Failed { get; init; }

    /// <summary>How often a request was sent again.</summary>
    public long Retransmissions { get; init; }

    /// <summary>How often another server answered than before; the first one counts.</summary>
    public long ServerChanges { get; init; }

    /// <summary>Replies dropped because their request had ended: duplicates after a failover, mostly. Normal.</summary>
    public long LateReplies { get; init; }

    /// <summary>Messages dropped that were no replies to this client: malformed, or with an id that it never sent to that server.</summary>
    public long GarbageReplies { get; init; }

    /// <summary>Replies dropped that were larger than <see cref="BinaryStarClientOptions.MaxReplyBytes"/>.</summary>
    public long OversizedReplies { get; init; }
}
