namespace NetMQ.HighAvailability;

/// <summary>No server answered a request within <see cref="BinaryStarClientOptions.RequestTimeout"/>.</summary>
/// <remarks>
/// A <see cref="TimeoutException"/>, so that code that handles time-outs in general handles this one; it is therefore
/// the one exception of this library that does not derive from <see cref="BinaryStarException"/>.
/// </remarks>
public sealed class RequestTimeoutException : TimeoutException
{
    private RequestTimeoutException(string message, bool mayHaveBeenExecuted)
        : base(message) => MayHaveBeenExecuted = mayHaveBeenExecuted;

    /// <summary>
    /// Whether a server may have executed the request, or may yet: it was sent, and no server reported that it had dropped it.
    /// </summary>
    public bool MayHaveBeenExecuted { get; }

    internal static RequestTimeoutException NoAnswer(TimeSpan timeout, bool mayHaveBeenExecuted) => new(
        $"No server answered the request within {timeout}; it {(mayHaveBeenExecuted ? "was sent, and may have been executed" : "has not been executed, for there was no active server")}.",
        mayHaveBeenExecuted);

    internal static RequestTimeoutException NoPlace(TimeSpan timeout, int places) => new(
        $"The request waited {timeout} in vain for one of {places} places ({nameof(BinaryStarClientOptions.MaxOutstanding)}) and was never sent.",
        mayHaveBeenExecuted: false);
}

/// <summary>
/// A request of <see cref="DeliveryGuarantee.AtMostOnce"/> was sent to a server that was left before it answered:
/// whether it was executed is unknown, and it was not sent again.
/// </summary>
public sealed class RequestOutcomeUnknownException : BinaryStarException
{
    internal RequestOutcomeUnknownException()
        : base("The request was sent once and its server was lost before it answered: it may have been executed or not, and was not sent again.")
    {
    }
}

/// <summary>
/// The handler of a server of this library failed on a request: it threw an exception, or sent no complete reply. The
/// request may have been executed in part. It was not sent to the other server, whose handler would most likely fail as
/// well; whether to try again is the caller's decision.
/// </summary>
public sealed class RequestFailedException : BinaryStarException
{
    internal RequestFailedException(string server)
        : base($"The handler of {server} failed on the request: it may have been executed in part, and was not sent to the other server. The log of that server says why.")
    {
    }
}

/// <summary>
/// A server answered, and so has executed the request, but the reply cannot be given to the caller: it is larger than
/// <see cref="BinaryStarClientOptions.MaxReplyBytes"/>, or has several frames where one was asked for.
/// </summary>
public sealed class InvalidReplyException : BinaryStarException
{
    internal InvalidReplyException(string message)
        : base(message)
    {
    }
}
