namespace NetMQ.HighAvailability;

/// <summary>A <see cref="BinaryStarClient"/> at the end of its last turn: values that belong together.</summary>
public sealed record BinaryStarClientStatus
{
    internal BinaryStarClientStatus()
    {
    }

    /// <summary>The endpoint of the server that answered last; <see langword="null"/> before the first answer.</summary>
    public string? CurrentServer { get; internal init; }

    /// <summary>Whether that server is relied on: false while the client is looking for one that answers.</summary>
    public bool HasServer { get; internal init; }

    /// <summary>Requests sent or about to be sent, and not yet answered.</summary>
    public int Outstanding { get; internal init; }

    /// <summary>Requests answered.</summary>
    public long Answered { get; internal init; }

    /// <summary>Requests that ended with <see cref="RequestTimeoutException"/>.</summary>
    public long TimedOut { get; internal init; }

    /// <summary>Requests that ended with <see cref="RequestOutcomeUnknownException"/>.</summary>
    public long OutcomeUnknown { get; internal init; }

    /// <summary>Requests that ended with <see cref="RequestFailedException"/>.</summary>
    public long Failed { get; internal init; }

    /// <summary>How often a request was sent again.</summary>
    public long Retransmissions { get; internal init; }

    /// <summary>How often another server answered than before; the first one counts.</summary>
    public long ServerChanges { get; internal init; }

    /// <summary>Replies dropped because their request had ended: duplicates after a failover, mostly. Normal.</summary>
    public long LateReplies { get; internal init; }

    /// <summary>Messages dropped that were no replies to this client: malformed, or with an id that it never sent to that server.</summary>
    public long GarbageReplies { get; internal init; }

    /// <summary>Replies dropped that were larger than <see cref="BinaryStarClientOptions.MaxReplyBytes"/>.</summary>
    public long OversizedReplies { get; internal init; }
}
