namespace NetMQ.HighAvailability.Hosting;

/// <summary>
/// Serves a pair's requests while this node is active. A singleton, resolved once, before the node starts. For what awaits something, or takes
/// longer, there is <see cref="IAsyncRequestHandler"/>.
/// </summary>
public interface IRequestHandler
{
    /// <summary>
    /// Reads one request and, if there is a reply, sends it. Called on the poller's thread, one request at a time; must
    /// return well within a quarter of <see cref="BinaryStarOptions.HeartbeatInterval"/>. An exception costs the
    /// request, or the node, as <see cref="BinaryStarOptions.HandlerFaults"/> says.
    /// </summary>
    /// <param name="client">The current request and its reply channel.</param>
    void Handle(VoterSocket client);
}
