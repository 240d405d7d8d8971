namespace NetMQ.HighAvailability.Clients;

/// <summary>Why a request ended without an answer.</summary>
internal enum RequestFailure : byte
{
    TimedOut,
    OutcomeUnknown, // sent at most once, to a server that was left or has most likely rejected it
}

internal readonly record struct FailedRequest(ClientRequest Request, RequestFailure Failure);

/// <summary>Another server answers than before (-1: none did).</summary>
internal readonly record struct ServerChange(int From, int To, ServerChangeCause Cause, TimeSpan Took);

/// <summary>A server was left for another, or for a new attempt at the same.</summary>
internal readonly record struct Departure(int From, int To, ServerChangeCause Cause);

/// <summary>What became of a reply's number.</summary>
internal enum ReplyKind : byte
{
    Awaited,
    Late,     // its request has ended
    Unknown,  // no request ever had it
}
