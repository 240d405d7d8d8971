namespace NetMQ.HighAvailability.Hosting;

/// <summary>
/// Serves a pair's requests while this node is active, many at a time. As a rule scoped: for each request one is resolved from a scope of its own,
/// with the database context and whatever else it needs, and the scope is disposed of when the task has ended.
/// </summary>
public interface IAsyncRequestHandler
{
    /// <summary>
    /// Answers one request. Called on the thread pool, unless <see cref="VoterOptions.StartOnPollerThread"/> is set. An exception costs the request,
    /// or the node, as <see cref="BinaryStarOptions.HandlerFaults"/> says.
    /// </summary>
    /// <param name="request">The request. Its memory may be read until the task has ended.</param>
    /// <param name="cancellationToken">
    /// Cancelled when this node stops being active, and after <see cref="VoterOptions.HandlerTimeout"/>. A hand-over and a stop wait for the task
    /// first, up to <see cref="VoterOptions.DrainTimeout"/>.
    /// </param>
    /// <returns>The reply, which is sent if this node is still in the same term; <see cref="VoterReply.None"/> for none.</returns>
    ValueTask<VoterReply> HandleAsync(VoterRequest request, CancellationToken cancellationToken);
}
