namespace NetMQ.HighAvailability.Clients;

/// <summary>Why a request ended without an answer.</summary>
internal enum RequestFailure : byte
{
    TimedOut,
    OutcomeUnknown, // sent at most once, to a server that was left or has most likely rejected it
    FailedAtServer, // whose handler failed
}

/// <summary>A request that ended without an answer; the server is the one whose handler failed, or -1.</summary>
internal readonly record struct FailedRequest(RequestTracker Request, RequestFailure Failure, int Server = -1);

/// <summary>Another server answers than before (-1: none did).</summary>
internal readonly record struct ServerChange(int From, int To, ServerChangeReason Cause, TimeSpan Took);

/// <summary>A server was left for another, or for a new attempt at the same.</summary>
internal readonly record struct ServerAbandoned(int From, int To, ServerChangeReason Cause);

/// <summary>What a server's message about a request is.</summary>
internal enum ReplyKind : byte
{
    Awaited,
    Late,     // its request has ended
    Unknown,  // no request ever had it, or it was not sent to the server that has it
}
