using NetMQ.HighAvailability.Nodes.Voting;

namespace NetMQ.HighAvailability;

/// <summary>
/// What a voter's handler reads its request from and answers to: all of NetMQ's receive and send extension methods
/// work on it. The same object is passed to every call. To be used on the poller's thread alone.
/// </summary>
/// <remarks>
/// Reading ends with the request's last frame: after it, a <c>Try…</c> method returns <see langword="false"/> and one
/// that would wait throws. A reply may also be sent later, from a timer or another socket of
/// <see cref="BinaryStar.Poller"/>. A reply goes out when its last frame is sent, as a whole: one that is not finished when the
/// handler, or the callback that began it, returns is discarded, and counts as a failed request.
/// </remarks>
public sealed class VoterSocket : IReceivingSocket, IOutgoingSocket
{
    private readonly IRequestChannel channel;
    private readonly RecordedRequest? recorded;

    /// <summary>
    /// A socket without a network, to test a handler with: it gives the handler one request, and collects what the handler sends in
    /// <see cref="Sent"/>.
    /// </summary>
    /// <param name="request">
    /// All frames that the handler is to read: for a handler of a ROUTER, the client's routing id comes first and, as from a REQ
    /// client, an empty frame follows. Copied.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="request"/> has no frame.</exception>
    public VoterSocket(NetMQMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.IsEmpty) throw new ArgumentException("A request has at least one frame; it may be empty.", nameof(request));
        recorded = new RecordedRequest(request);
        channel = recorded;
    }

    internal VoterSocket(Voter voter) => channel = voter;

    /// <summary>Whether frames of the present request are left to read.</summary>
    public bool HasMore => channel.HasMore;

    /// <summary>
    /// The messages that a handler under test has sent so far, each with all its frames; a reply that was not finished is not
    /// among them. Always empty for the socket of a node.
    /// </summary>
    public IReadOnlyList<NetMQMessage> Sent => recorded is null ? [] : recorded.Sent;

    /// <summary>Receives the next frame of the present request. There is never anything to wait for.</summary>
    /// <param name="msg">An initialised message that takes the frame.</param>
    /// <param name="timeout">Negative (infinite) asks for a frame that must be there.</param>
    /// <returns>False when the request has been read to its end, or there is none.</returns>
    /// <exception cref="InvalidOperationException">There is nothing left to read and <paramref name="timeout"/> is infinite.</exception>
    public bool TryReceive(ref Msg msg, TimeSpan timeout) => channel.TryReceive(ref msg, timeout);

    /// <summary>Reads the next frame of the present request where it was received, without a copy.</summary>
    /// <param name="frame">The frame; to be used before the handler returns, and before the next frame is read.</param>
    /// <returns>False when the request has been read to its end, or there is none.</returns>
    public bool TryReceive(out ReadOnlySpan<byte> frame) => channel.TryReceive(out frame);

    /// <summary>Sends a copy of a frame, or keeps it if others follow until the last one is there; never waits.</summary>
    /// <param name="frame">The frame, which may be one of the request's.</param>
    /// <param name="more">Whether further frames of the same message follow.</param>
    /// <returns>False when the frame could not be sent at once, or the node has stopped serving.</returns>
    /// <exception cref="NotSupportedException">The voter's type (PULL, SUB) cannot send.</exception>
    public bool TrySend(ReadOnlySpan<byte> frame, bool more) => channel.TrySend(frame, more);

    /// <summary>
    /// Sends a frame, or keeps it if others follow until the last one is there. A ROUTER never waits; it drops what is for a client
    /// that is gone or takes nothing.
    /// </summary>
    /// <param name="msg">The frame; empty afterwards.</param>
    /// <param name="timeout">How long to wait for room, at the first frame; anything but zero may hold up the loop on a DEALER.</param>
    /// <param name="more">Whether further frames of the same message follow.</param>
    /// <returns>False when the frame could not be sent in time, or the node has stopped serving.</returns>
    /// <exception cref="NotSupportedException">The voter's type (PULL, SUB) cannot send.</exception>
    public bool TrySend(ref Msg msg, TimeSpan timeout, bool more) => channel.TrySend(ref msg, timeout, more);
}
