using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Diagnostics;

/// <summary>
/// Every log message of the library. Event ids are stable: 1xx lifecycle, 2xx the pair, 3xx problems, 4xx tracing, 5xx the client.
/// "(n more)" counts the messages with the same id that were suppressed since the last one was logged.
/// </summary>
internal static partial class Log
{
    public static void Started(ILogger logger, BinaryStarOptions options) => Started(
        logger, options.Role, string.Join(", ", options.LocalEndpoints), string.Join(", ", options.RemoteEndpoints), options.HeartbeatInterval, options.FailoverTimeout,
        options.PeerHeartbeatInterval is null ? "" : $"; the peer's heartbeat {options.PeerHeartbeatInterval}, failover timeout {options.PeerFailoverTimeout}");

    [LoggerMessage(100, LogLevel.Information, "{Role} started: publishing its state at {Local}, expecting the peer at {Remote}, heartbeat {Heartbeat}, failover timeout {Failover}{PeerTiming}")]
    private static partial void Started(ILogger logger, BinaryStarRole role, string local, string remote, TimeSpan heartbeat, TimeSpan failover, string peerTiming);

    [LoggerMessage(101, LogLevel.Information, "Voter bound at {Endpoint} ({Type})")]
    public static partial void VoterBound(ILogger logger, string endpoint, ZmqSocketType type);

    [LoggerMessage(102, LogLevel.Information, "Stopping while {State}")]
    public static partial void Stopping(ILogger logger, BinaryStarState state);

    [LoggerMessage(103, LogLevel.Information, "Stopped; the peer took over: {PeerTookOver}")]
    public static partial void Stopped(ILogger logger, bool peerTookOver);

    [LoggerMessage(104, LogLevel.Error, "The node failed and has stopped")]
    public static partial void Failed(ILogger logger, Exception exception);

    [LoggerMessage(105, LogLevel.Warning, "HeartbeatInterval is {Heartbeat}. Below 100 ms, load on the machine can cause unnecessary failovers; they are safe")]
    public static partial void ShortHeartbeat(ILogger logger, TimeSpan heartbeat);

    [LoggerMessage(106, LogLevel.Error, "A shutdown step failed; the remaining steps were carried out")]
    public static partial void EndingFailed(ILogger logger, Exception exception);

    [LoggerMessage(200, LogLevel.Information, "{From} became {To}: {Cause}")]
    public static partial void StateChanged(ILogger logger, BinaryStarState from, BinaryStarState to, BinaryStarChangeReason cause);

    [LoggerMessage(201, LogLevel.Warning, "The peer's process is down: all of its endpoints refuse connections. The next request makes this node active")]
    public static partial void PeerCrashed(ILogger logger);

    [LoggerMessage(202, LogLevel.Warning, "An operator ordered the promotion of this node ({State}). If the peer is active, both nodes will serve")]
    public static partial void PromotionOrdered(ILogger logger, BinaryStarState state);

    [LoggerMessage(203, LogLevel.Error, "Both nodes were active, and this one stepped down; both may have served for {Duration}. Reconcile the requests that this node accepted in that window")]
    public static partial void DualActiveLost(ILogger logger, TimeSpan duration);

    [LoggerMessage(204, LogLevel.Information, "Rejecting requests: this backup receives nothing from its primary. It serves only once the primary has been started or an operator promotes this node (PromoteAsync)")]
    public static partial void BackupWaits(ILogger logger);

    [LoggerMessage(300, LogLevel.Warning, "Ignored an invalid message on the state link ({Size} bytes, more frames: {HasMore}). Something other than a node publishes at the peer's endpoint ({Suppressed} more)")]
    public static partial void Garbage(ILogger logger, int size, bool hasMore, long suppressed);

    [LoggerMessage(301, LogLevel.Error, "Ignored a message from a peer with this node's own role, {Role}. Check the roles of both nodes, and that RemoteEndpoints does not point to this node itself ({Suppressed} more)")]
    public static partial void OwnRole(ILogger logger, BinaryStarRole role, long suppressed);

    [LoggerMessage(302, LogLevel.Error, "The peer is active as well. This node stays active; the peer should step down ({Suppressed} more)")]
    public static partial void DualActive(ILogger logger, long suppressed);

    [LoggerMessage(303, LogLevel.Warning, "The node's loop did not run for {Gap}: the process was paused or short of CPU time, or a handler took too long ({Suppressed} more)")]
    public static partial void Interrupted(ILogger logger, TimeSpan gap, long suppressed);

    [LoggerMessage(304, LogLevel.Warning, "One turn of the loop took {Duration}, more than a quarter of the heartbeat interval. Keep handlers and event callbacks short, or raise HeartbeatInterval and FailoverTimeout ({Suppressed} more)")]
    public static partial void SlowTurn(ILogger logger, TimeSpan duration, long suppressed);

    [LoggerMessage(305, LogLevel.Warning, "Cannot resolve the peer's host '{Host}': {Reason}. Will retry ({Suppressed} more)")]
    public static partial void Unresolved(ILogger logger, string host, string reason, long suppressed);

    [LoggerMessage(306, LogLevel.Warning, "Receiving from the peer, but it has not subscribed to this node's state at {Local} for {Duration}. Check the peer's RemoteEndpoints, firewalls{Keys}")]
    public static partial void NotSubscribed(ILogger logger, string local, TimeSpan duration, string keys);

    [LoggerMessage(307, LogLevel.Warning, "A subscriber is connected to this node, but nothing has been received from the peer at {Remote} for {Duration}. Check that the peer is running (any subscriber counts, such as a monitoring program), this node's RemoteEndpoints, firewalls{Keys}")]
    public static partial void NotReceived(ILogger logger, string remote, TimeSpan duration, string keys);

    [LoggerMessage(308, LogLevel.Warning, "The clock stepped back by {Step}, although it must be monotonic. This node discards what it knew about its peer and, if it was active, steps down ({Suppressed} more)")]
    public static partial void ClockSteppedBack(ILogger logger, TimeSpan step, long suppressed);

    [LoggerMessage(310, LogLevel.Warning, "Dropped {Count} log messages: the logger is too slow")]
    public static partial void Dropped(ILogger logger, int count);

    [LoggerMessage(311, LogLevel.Error, "A request failed in the handler and was dropped; the node continues ({Suppressed} more)")]
    public static partial void RequestFailed(ILogger logger, long suppressed, Exception exception);

    [LoggerMessage(312, LogLevel.Warning, "Dropped a reply ({Frames} frames) that cannot be routed to a client. Either it lacks the request's envelope (return the frames before the payload unchanged, the routing id first), or its client has disconnected ({Suppressed} more)")]
    public static partial void Undeliverable(ILogger logger, int frames, long suppressed);

    [LoggerMessage(313, LogLevel.Error, "An asynchronous handler or event callback threw after the node had stopped")]
    public static partial void LateFault(ILogger logger, Exception exception);

    [LoggerMessage(314, LogLevel.Warning, "Dropped the reply of a handler that ended after this node had stopped being active ({Suppressed} more)")]
    public static partial void LateReply(ILogger logger, long suppressed);

    [LoggerMessage(315, LogLevel.Warning, "{Count} requests were in progress when this node stopped being active: their handlers were cancelled, and what they return is dropped")]
    public static partial void RequestsCancelled(ILogger logger, int count);

    [LoggerMessage(316, LogLevel.Warning, "{Count} requests, as many as MaxConcurrency allows, have been in progress for more than {Duration} without any reply: the handler does not return, or what it waits for does not answer. Further requests wait")]
    public static partial void RequestsStalled(ILogger logger, int count, TimeSpan duration);

    [LoggerMessage(320, LogLevel.Warning, "Nothing has been received from the peer since this node started {Duration} ago. This node publishes its state at {Local} and expects the peer's at {Remote}. Check that the peer is running, the addresses and ports of both nodes, firewalls{Keys}")]
    public static partial void NeverReceived(ILogger logger, TimeSpan duration, string local, string remote, string keys);

    [LoggerMessage(321, LogLevel.Information, "The state link now works in both directions: this node receives the peer's messages, and the peer has subscribed to this node's")]
    public static partial void LinkWorks(ILogger logger);

    [LoggerMessage(322, LogLevel.Warning, "The peer publishes its state every {Interval}, but this node's timing expects it within {Expected}. Give both nodes the same HeartbeatInterval and FailoverTimeout; if the peer is one of the ZeroMQ guide's own nodes, use BinaryStarPreset.ZeroMqGuide on this one")]
    public static partial void PeerTooSlow(ILogger logger, TimeSpan interval, TimeSpan expected);

    [LoggerMessage(330, LogLevel.Error, "The peer at {Remote} looks like the ZeroMQ guide's Java or C++ reactor, whose messages are incompatible (states numbered from 0, or four binary bytes). The two cannot form a pair; its messages are ignored until it is replaced ({Suppressed} more)")]
    public static partial void ForeignPeer(ILogger logger, object remote, long suppressed);

    [LoggerMessage(400, LogLevel.Trace, "Received {Message} from the peer")]
    public static partial void Received(ILogger logger, int message);

    [LoggerMessage(401, LogLevel.Trace, "Publishing {Message}")]
    public static partial void Published(ILogger logger, int message);

    [LoggerMessage(402, LogLevel.Trace, "Vote while {State}: accepted {Accepted}")]
    public static partial void Vote(ILogger logger, BinaryStarState state, bool accepted);

    [LoggerMessage(403, LogLevel.Debug, "Connecting to the peer at {Remote} ({Address})")]
    public static partial void Dialled(ILogger logger, object remote, string address);

    [LoggerMessage(340, LogLevel.Warning, "Closed a connection to the {Port}: {Fault} ({Suppressed} more)")]
    private static partial void BadConnection(ILogger logger, string port, string fault, long suppressed);

    public static void BadConnection(ILogger logger, string port, WireFault fault, long suppressed) => BadConnection(logger, port, Explain(fault), suppressed);

    [LoggerMessage(341, LogLevel.Warning, "Closed a connection to the {Port}: its handshake was not complete within {Limit} ({Suppressed} more)")]
    public static partial void HandshakeTimeout(ILogger logger, string port, TimeSpan limit, long suppressed);

    [LoggerMessage(342, LogLevel.Warning, "Refused a connection to the {Port}, which has {Count}: the limit of connections, or of the process's open files, is reached ({Suppressed} more)")]
    public static partial void Refused(ILogger logger, string port, int count, long suppressed);

    [LoggerMessage(343, LogLevel.Warning, "Cannot accept a connection to the {Port}: {Error}. Will try again ({Suppressed} more)")]
    public static partial void RefusedBySystem(ILogger logger, string port, System.Net.Sockets.SocketError error, long suppressed);

    [LoggerMessage(344, LogLevel.Warning, "Closed the connection to the {Port} that has sent an unfinished message for the longest time: {Held} bytes of unfinished messages are held ({Suppressed} more)")]
    public static partial void OutOfRoom(ILogger logger, string port, long held, long suppressed);

    [LoggerMessage(345, LogLevel.Information, "The keys in {Folder} have changed; there are {Count} now")]
    public static partial void KeysChanged(ILogger logger, string folder, int count);

    [LoggerMessage(346, LogLevel.Warning, "A key in {Folder} cannot be read, and stays as it was: {Reason}")]
    public static partial void KeysUnreadable(ILogger logger, string folder, string reason);

    [LoggerMessage(347, LogLevel.Warning, "Closed the connection to the {Port} whose handshake has been incomplete for the longest time, in favour of a new one: at {Count} connections, their limit or that of the process's open files is reached ({Suppressed} more)")]
    public static partial void GaveUpHandshake(ILogger logger, string port, int count, long suppressed);

    [LoggerMessage(348, LogLevel.Warning, "Closed the connection to the {Port} that has left the most unread: {Unsent} bytes wait to be sent to all clients ({Suppressed} more)")]
    public static partial void SlowReader(ILogger logger, string port, long unsent, long suppressed);

    [LoggerMessage(350, LogLevel.Information, "The arbiter granted this node a term with token {Token}, {Took} after it was needed")]
    public static partial void TokenGranted(ILogger logger, long token, TimeSpan took);

    [LoggerMessage(351, LogLevel.Warning, "The arbiter ({Arbiter}) does not answer: {Reason}. Who serves goes on while it receives its peer; nothing changes hands until the arbiter answers ({Suppressed} more)")]
    public static partial void Unanswered(ILogger logger, string arbiter, string reason, long suppressed);

    [LoggerMessage(352, LogLevel.Information, "The arbiter ({Arbiter}) answers again, after {Duration}")]
    public static partial void Answers(ILogger logger, string arbiter, TimeSpan duration);

    public static void OtherArbiter(ILogger logger, object remote, bool hasArbiter, long suppressed) => OtherArbiter(
        logger, remote, hasArbiter ? "this node has an arbiter, and the peer has none" : "the peer has an arbiter, and this node has none", suppressed);

    [LoggerMessage(353, LogLevel.Error, "The peer at {Remote} is set up differently: {Difference}. Its messages are ignored. Stop both nodes, give both the same arbiter or none, and start them again ({Suppressed} more)")]
    private static partial void OtherArbiter(ILogger logger, object remote, string difference, long suppressed);

    [LoggerMessage(354, LogLevel.Warning, "This node serves by the arbiter's lease alone, because its peer does not answer: the pair has no standby")]
    public static partial void ServesAlone(ILogger logger);

    [LoggerMessage(355, LogLevel.Information, "The pair is whole again: this node serves by its peer's promise, after {Duration}")]
    public static partial void Whole(ILogger logger, TimeSpan duration);

    [LoggerMessage(356, LogLevel.Critical, "The arbiter's record went back from token {Known} to {Read}: it was deleted, or restored from a backup. Resources may accept what is fenced with a token that was used before")]
    public static partial void TokenWentBack(ILogger logger, long known, long read);

    [LoggerMessage(357, LogLevel.Warning, "The arbiter ({Arbiter}) answers, but a write failed: {Reason}. A node that cannot write cannot take over")]
    public static partial void Unwritable(ILogger logger, string arbiter, string reason);

    private static string Explain(WireFault fault) => fault switch
    {
        WireFault.NotZmtp => "the other side does not use ZMTP",
        WireFault.OldVersion => "the other side uses a version of ZMTP before 3.0",
        WireFault.WrongMechanism => "the other side uses another security mechanism (CURVE on one side only)",
        WireFault.WrongSocketType => "the other side's socket type does not fit",
        WireFault.TooLarge => "it sent more than is allowed",
        WireFault.WrongKey => "the other side did not prove its key, or the key is wrong",
        WireFault.KeyNotAllowed => "the other side's key is not in the list of those that are served",
        WireFault.ReservedIdentity => "the other side claimed an identity that begins with a zero byte",
        WireFault.IdentityInUse => "the other side claimed the identity of a client with another key",
        WireFault.RefusedByPeer => "the other side refused it",
        _ => "malformed bytes",
    };

    [LoggerMessage(404, LogLevel.Debug, "A subscriber has connected")]
    public static partial void Subscribed(ILogger logger);

    [LoggerMessage(500, LogLevel.Information, "Client started: servers {Servers}, request timeout {RequestTimeout}, server timeout {ServerTimeout}")]
    public static partial void ClientStarted(ILogger logger, string servers, TimeSpan requestTimeout, TimeSpan serverTimeout);

    [LoggerMessage(501, LogLevel.Information, "Client stopped")]
    public static partial void ClientStopped(ILogger logger);

    [LoggerMessage(502, LogLevel.Error, "The client failed and has stopped")]
    public static partial void ClientFailed(ILogger logger, Exception exception);

    [LoggerMessage(510, LogLevel.Information, "{Server} is answering, after {Took} ({Cause})")]
    public static partial void ServerFound(ILogger logger, string server, TimeSpan took, ServerChangeReason cause);

    [LoggerMessage(511, LogLevel.Warning, "Leaving {From} ({Cause}), trying {To} ({Suppressed} more)")]
    public static partial void ServerLeft(ILogger logger, string from, ServerChangeReason cause, string to, long suppressed);

    [LoggerMessage(512, LogLevel.Warning, "Cannot resolve the server's host '{Host}': {Reason}. Will retry ({Suppressed} more)")]
    public static partial void ServerUnresolved(ILogger logger, string host, string reason, long suppressed);

    [LoggerMessage(513, LogLevel.Warning, "Closed the connection to {Server}: {Fault} ({Suppressed} more)")]
    private static partial void BadServer(ILogger logger, object server, string fault, long suppressed);

    public static void BadServer(ILogger logger, object server, WireFault fault, long suppressed) => BadServer(logger, server, Explain(fault), suppressed);

    [LoggerMessage(520, LogLevel.Warning, "Dropped a message from {Server} that is not a valid reply: the server must return the id and the empty frame before the payload unchanged ({Suppressed} more)")]
    public static partial void GarbageReply(ILogger logger, string server, long suppressed);

    [LoggerMessage(521, LogLevel.Warning, "Dropped a reply from {Server} that is larger than MaxReplyBytes, {Limit} ({Suppressed} more)")]
    public static partial void OversizedReply(ILogger logger, string server, int limit, long suppressed);

    [LoggerMessage(522, LogLevel.Warning, "A request was not answered within {Timeout} ({Suppressed} more)")]
    public static partial void RequestTimedOut(ILogger logger, TimeSpan timeout, long suppressed);

    [LoggerMessage(523, LogLevel.Warning, "The server was lost after an at-most-once request had been sent to it: the outcome of the request is unknown ({Suppressed} more)")]
    public static partial void OutcomeUnknown(ILogger logger, long suppressed);

    [LoggerMessage(524, LogLevel.Error, "A ServerChanged event handler threw")]
    public static partial void ClientEventFailed(ILogger logger, Exception exception);

    [LoggerMessage(525, LogLevel.Warning, "The handler at {Server} failed on a request; the request is not sent again ({Suppressed} more)")]
    public static partial void RequestFailedAtServer(ILogger logger, string server, long suppressed);

    [LoggerMessage(530, LogLevel.Debug, "Connecting to the server at {Server} ({Address})")]
    public static partial void ServerDialled(ILogger logger, object server, object address);

    [LoggerMessage(531, LogLevel.Debug, "Connection to {Server} up: {IsUp}")]
    public static partial void ServerConnection(ILogger logger, object server, bool isUp);
}
