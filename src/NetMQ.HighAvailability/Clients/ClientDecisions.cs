namespace NetMQ.HighAvailability.Clients;

/// <summary>Why a request ended without an answer.</summary>
internal enum RequestFailure : byte
{
    TimedOut,
    OutcomeUnknown, // may be executed once only, and its server was abandoned or has most likely rejected it
    FailedAtServer, // its handler failed
}

/// <summary>A request that ended without an answer. The server is the one whose handler failed, else -1.</summary>
internal readonly record struct FailedRequest(RequestTracker Request, RequestFailure Failure, int Server = -1);

/// <summary>A different server answers than before (-1: none did).</summary>
internal readonly record struct ServerChange(int From, int To, ServerChangeReason Cause, TimeSpan Took);

/// <summary>A server was abandoned for another, or for a new attempt at the same one.</summary>
internal readonly record struct ServerAbandoned(int From, int To, ServerChangeReason Cause);

/// <summary>How a server's message relates to the outstanding requests.</summary>
internal enum ReplyKind : byte
{
    Awaited,
    Late,     // its request has ended
    Unknown,  // no request has this key, or it was never sent to that server
}
