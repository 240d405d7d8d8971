namespace NetMQ.HighAvailability;

/// <summary>No server answered a request within <see cref="BinaryStarClientOptions.RequestTimeout"/>.</summary>
public sealed class RequestTimeoutException : TimeoutException
{
    internal RequestTimeoutException(string message, bool mayHaveBeenExecuted)
        : base(message) => MayHaveBeenExecuted = mayHaveBeenExecuted;

    /// <summary>
    /// Whether a server may have executed the request, or may yet: it was sent, and no server said that it had dropped it.
    /// </summary>
    public bool MayHaveBeenExecuted { get; }
}

/// <summary>
/// A request of <see cref="RequestDelivery.AtMostOnce"/> was sent to a server that was left before it answered:
/// whether it was executed is unknown, and it was not sent again.
/// </summary>
public sealed class RequestOutcomeUnknownException : Exception
{
    internal RequestOutcomeUnknownException(string message)
        : base(message)
    {
    }
}

/// <summary>
/// The handler of a server of this library failed on a request: it threw an exception, or sent no complete reply. The
/// request may have been executed in part. It was not sent to the other server, whose handler would most likely fail as
/// well; whether to try again is the caller's decision.
/// </summary>
public sealed class RequestFailedException : Exception
{
    internal RequestFailedException(string message)
        : base(message)
    {
    }
}

/// <summary>
/// A server answered, and so has executed the request, but the reply cannot be given to the caller: it is larger than
/// <see cref="BinaryStarClientOptions.MaxReplyBytes"/>, or has several frames where one was asked for.
/// </summary>
public sealed class UnusableReplyException : Exception
{
    internal UnusableReplyException(string message)
        : base(message)
    {
    }
}
