using Microsoft.Extensions.Logging;

namespace NetMQ.HighAvailability.Diagnostics;

/// <summary>
/// Every log message of the library. Event ids are stable: 1xx life, 2xx the pair, 3xx trouble, 4xx tracing, 5xx the client.
/// "(n more)" counts what was held back since the last message of its kind.
/// </summary>
internal static partial class Log
{
    public static void Started(ILogger logger, BinaryStarOptions options) => Started(
        logger, options.Role, string.Join(", ", options.LocalEndpoints), string.Join(", ", options.RemoteEndpoints), options.HeartbeatInterval, options.FailoverTimeout,
        options.PeerHeartbeatInterval is null ? "" : $"; the peer's heartbeat {options.PeerHeartbeatInterval}, failover timeout {options.PeerFailoverTimeout}");

    [LoggerMessage(100, LogLevel.Information, "{Role} started: state published at {Local}, peer expected at {Remote}, heartbeat {Heartbeat}, failover timeout {Failover}{PeerTiming}")]
    private static partial void Started(ILogger logger, BinaryStarRole role, string local, string remote, TimeSpan heartbeat, TimeSpan failover, string peerTiming);

    [LoggerMessage(101, LogLevel.Information, "Voter bound at {Endpoint} ({Type})")]
    public static partial void VoterBound(ILogger logger, string endpoint, ZmqSocketType type);

    [LoggerMessage(102, LogLevel.Information, "Stopping while {State}")]
    public static partial void Stopping(ILogger logger, BinaryStarState state);

    [LoggerMessage(103, LogLevel.Information, "Stopped; the peer took over: {PeerTookOver}")]
    public static partial void Stopped(ILogger logger, bool peerTookOver);

    [LoggerMessage(104, LogLevel.Error, "The reactor ended with a fault")]
    public static partial void Failed(ILogger logger, Exception exception);

    [LoggerMessage(105, LogLevel.Warning, "HeartbeatInterval is {Heartbeat}: below 100 ms a busy machine causes needless failovers (safe ones)")]
    public static partial void ShortHeartbeat(ILogger logger, TimeSpan heartbeat);

    [LoggerMessage(106, LogLevel.Error, "A step of the node's end failed; the others were carried out")]
    public static partial void EndingFailed(ILogger logger, Exception exception);

    [LoggerMessage(200, LogLevel.Information, "{From} became {To}: {Cause}")]
    public static partial void StateChanged(ILogger logger, BinaryStarState from, BinaryStarState to, BinaryStarChangeReason cause);

    [LoggerMessage(201, LogLevel.Warning, "The peer's process is gone: every endpoint of it refuses a connection; the next request makes this node active")]
    public static partial void PeerCrashed(ILogger logger);

    [LoggerMessage(202, LogLevel.Warning, "An operator orders the promotion of this node ({State}): if the peer is active elsewhere, both will serve")]
    public static partial void PromotionOrdered(ILogger logger, BinaryStarState state);

    [LoggerMessage(203, LogLevel.Error, "This node lost among two active ones; both may have served for {Duration}: what it accepted meanwhile is to be reconciled")]
    public static partial void DualActiveLost(ILogger logger, TimeSpan duration);

    [LoggerMessage(204, LogLevel.Information, "Requests are rejected: this backup waits for its primary, which is not received, or for an operator's order (PromoteAsync)")]
    public static partial void BackupWaits(ILogger logger);

    [LoggerMessage(300, LogLevel.Warning, "Ignored a message on the state link that is no state ({Size} bytes, more frames: {HasMore}); something else publishes at the peer's endpoint ({Suppressed} more)")]
    public static partial void Garbage(ILogger logger, int size, bool hasMore, long suppressed);

    [LoggerMessage(301, LogLevel.Error, "Ignored a peer that says it is {Role} too, as this node is: check the roles of both nodes and that RemoteEndpoints is not this node's own ({Suppressed} more)")]
    public static partial void OwnRole(ILogger logger, BinaryStarRole role, long suppressed);

    [LoggerMessage(302, LogLevel.Error, "The peer is active as well; this node stays active and the peer should yield ({Suppressed} more)")]
    public static partial void DualActive(ILogger logger, long suppressed);

    [LoggerMessage(303, LogLevel.Warning, "The loop did not run for {Gap}: the process was paused or starved, or a handler took too long ({Suppressed} more)")]
    public static partial void Interrupted(ILogger logger, TimeSpan gap, long suppressed);

    [LoggerMessage(304, LogLevel.Warning, "One turn took {Duration}, over a quarter of the heartbeat interval: keep handlers and event callbacks short, or raise HeartbeatInterval and FailoverTimeout ({Suppressed} more)")]
    public static partial void SlowTurn(ILogger logger, TimeSpan duration, long suppressed);

    [LoggerMessage(305, LogLevel.Warning, "The peer's host '{Host}' does not resolve: {Reason}; it is tried again ({Suppressed} more)")]
    public static partial void Unresolved(ILogger logger, string host, string reason, long suppressed);

    [LoggerMessage(306, LogLevel.Warning, "The peer is received, but has not subscribed to this node's state at {Local} for {Duration}. Check the peer's RemoteEndpoints, firewalls{Keys}")]
    public static partial void NotSubscribed(ILogger logger, string local, TimeSpan duration, string keys);

    [LoggerMessage(307, LogLevel.Warning, "Somebody has subscribed to this node's state, but nothing is received from the peer at {Remote}, for {Duration}. Check that the peer is running (any subscriber counts, such as a monitoring program), this node's RemoteEndpoints, firewalls{Keys}")]
    public static partial void NotReceived(ILogger logger, string remote, TimeSpan duration, string keys);

    [LoggerMessage(308, LogLevel.Warning, "The clock stepped back by {Step}: it must be monotonic; nothing from before is believed, and an active node gives up ({Suppressed} more)")]
    public static partial void ClockSteppedBack(ILogger logger, TimeSpan step, long suppressed);

    [LoggerMessage(309, LogLevel.Warning, "This node has not heard its own word for {Duration}: NetMQ's I/O thread or the thread pool does not come to run, as when work blocks all of the pool's threads; until it does, the node neither serves nor takes over ({Suppressed} more)")]
    public static partial void Deaf(ILogger logger, TimeSpan duration, long suppressed);

    [LoggerMessage(310, LogLevel.Warning, "{Count} log messages were dropped: the logger does not keep up")]
    public static partial void Dropped(ILogger logger, int count);

    [LoggerMessage(311, LogLevel.Error, "A request failed in the handler and was dropped; the node goes on ({Suppressed} more)")]
    public static partial void RequestFailed(ILogger logger, long suppressed, Exception exception);

    [LoggerMessage(312, LogLevel.Warning, "Dropped a reply ({Frames} frames) that leads to no client: it lacks the request's envelope, so send the frames before the payload back as they came, the routing id first; or its client has disconnected since ({Suppressed} more)")]
    public static partial void Undeliverable(ILogger logger, int frames, long suppressed);

    [LoggerMessage(313, LogLevel.Error, "An asynchronous handler or event callback threw after the node had ended")]
    public static partial void LateFault(ILogger logger, Exception exception);

    [LoggerMessage(320, LogLevel.Warning, "Nothing has been received from the peer since this node started {Duration} ago. This node publishes its state at {Local}, and expects the peer's at {Remote}. Check that the peer is running, the addresses and ports of both nodes, firewalls{Keys}")]
    public static partial void NeverReceived(ILogger logger, TimeSpan duration, string local, string remote, string keys);

    [LoggerMessage(321, LogLevel.Information, "The state link works in both directions now: the peer is received, and has subscribed")]
    public static partial void LinkWorks(ILogger logger);

    [LoggerMessage(322, LogLevel.Warning, "The peer publishes its state every {Interval}, where this node's timing expects it within {Expected}. Give both nodes the same HeartbeatInterval and FailoverTimeout; if the peer is one of the ZeroMQ guide's own nodes, use BinaryStarPreset.ZeroMqGuide on this one")]
    public static partial void PeerTooSlow(ILogger logger, TimeSpan interval, TimeSpan expected);

    [LoggerMessage(330, LogLevel.Error, "The peer at {Remote} looks like the guide's Java or C++ reactor, whose messages mean something else (states numbered from 0, or four binary bytes): such a pair does not work, and nothing that it publishes is believed until it is replaced ({Suppressed} more)")]
    public static partial void ForeignPeer(ILogger logger, object remote, long suppressed);

    [LoggerMessage(400, LogLevel.Trace, "Peer says {Message}")]
    public static partial void Received(ILogger logger, int message);

    [LoggerMessage(401, LogLevel.Trace, "Saying {Message}")]
    public static partial void Published(ILogger logger, int message);

    [LoggerMessage(402, LogLevel.Trace, "Vote while {State}: accepted {Accepted}")]
    public static partial void Vote(ILogger logger, BinaryStarState state, bool accepted);

    [LoggerMessage(403, LogLevel.Debug, "Connecting to the peer at {Remote} ({Address})")]
    public static partial void Dialled(ILogger logger, object remote, string address);

    [LoggerMessage(404, LogLevel.Debug, "A subscriber came")]
    public static partial void Subscribed(ILogger logger);

    [LoggerMessage(500, LogLevel.Information, "Client started: servers {Servers}, request timeout {RequestTimeout}, server timeout {ServerTimeout}")]
    public static partial void ClientStarted(ILogger logger, string servers, TimeSpan requestTimeout, TimeSpan serverTimeout);

    [LoggerMessage(501, LogLevel.Information, "Client stopped")]
    public static partial void ClientStopped(ILogger logger);

    [LoggerMessage(502, LogLevel.Error, "The client ended with a fault")]
    public static partial void ClientFailed(ILogger logger, Exception exception);

    [LoggerMessage(510, LogLevel.Information, "{Server} answers, after {Took} ({Cause})")]
    public static partial void ServerFound(ILogger logger, string server, TimeSpan took, ServerChangeReason cause);

    [LoggerMessage(511, LogLevel.Warning, "Left {From} ({Cause}), asking {To} ({Suppressed} more)")]
    public static partial void ServerLeft(ILogger logger, string from, ServerChangeReason cause, string to, long suppressed);

    [LoggerMessage(512, LogLevel.Warning, "The server's host '{Host}' does not resolve: {Reason}; it is tried again ({Suppressed} more)")]
    public static partial void ServerUnresolved(ILogger logger, string host, string reason, long suppressed);

    [LoggerMessage(520, LogLevel.Warning, "Dropped a message of {Server} that is no reply to this client: it must return the id and the empty frame before the payload as they came ({Suppressed} more)")]
    public static partial void GarbageReply(ILogger logger, string server, long suppressed);

    [LoggerMessage(521, LogLevel.Warning, "Dropped a reply of {Server} that is larger than MaxReplyBytes, {Limit} ({Suppressed} more)")]
    public static partial void OversizedReply(ILogger logger, string server, int limit, long suppressed);

    [LoggerMessage(522, LogLevel.Warning, "A request was not answered within {Timeout} ({Suppressed} more)")]
    public static partial void RequestTimedOut(ILogger logger, TimeSpan timeout, long suppressed);

    [LoggerMessage(523, LogLevel.Warning, "A request that may be executed only once was sent and its server was lost: its outcome is unknown ({Suppressed} more)")]
    public static partial void OutcomeUnknown(ILogger logger, long suppressed);

    [LoggerMessage(524, LogLevel.Error, "A callback of ServerChanged threw")]
    public static partial void ClientEventFailed(ILogger logger, Exception exception);

    [LoggerMessage(525, LogLevel.Warning, "The handler of {Server} failed on a request, which is not sent again ({Suppressed} more)")]
    public static partial void RequestFailedAtServer(ILogger logger, string server, long suppressed);

    [LoggerMessage(526, LogLevel.Warning, "The thread pool of this process has started no work for {Delay}, so the client can receive no answers: do not block its threads (await the requests), or have more of them ({Suppressed} more)")]
    public static partial void ClientStarved(ILogger logger, TimeSpan delay, long suppressed);

    [LoggerMessage(530, LogLevel.Debug, "Connecting to the server at {Server} ({Address})")]
    public static partial void ServerDialled(ILogger logger, object server, string address);

    [LoggerMessage(531, LogLevel.Debug, "Connection to {Server} up: {IsUp}")]
    public static partial void ServerConnection(ILogger logger, object server, bool isUp);
}
