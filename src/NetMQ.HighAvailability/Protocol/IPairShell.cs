namespace NetMQ.HighAvailability.Protocol;

/// <summary>
/// Carries out the decisions of a <see cref="PairEngine"/>: the node's loop with its sockets, or a model of
/// one in the checks. The engine calls its members in the order in which things must happen.
/// </summary>
internal interface IPairShell
{
    /// <summary>The current time, which may be later than the turn's.</summary>
    TimeSpan Now { get; }

    /// <summary>Whether the last <see cref="TryReceive"/> found nothing, rather than stopping at the limit of a turn.</summary>
    bool IsDrained { get; }

    /// <summary>Discards everything the peer has sent that has not been received.</summary>
    void Purge();

    /// <summary>Takes the peer's next valid message, with its stamp if the pair has an arbiter; false when there is none, or when the turn has taken enough.</summary>
    bool TryReceive(out PeerMessage message, out MandateStamp stamp);

    /// <summary>The result of the message just received, before the decisions that it led to. A fatal result ends the turn.</summary>
    void OnReceived(PeerMessage message, ReceiveResult result);

    /// <summary>Publishes this node's state.</summary>
    /// <param name="message">The state as a message.</param>
    /// <param name="stamp">What a node with an arbiter adds.</param>
    /// <param name="due">When the next heartbeat was due; later than the turn for an unscheduled message.</param>
    void Publish(PeerMessage message, in MandateStamp stamp, TimeSpan due);

    /// <summary>The node's state has changed, and the peer has been notified.</summary>
    void Apply(Transition transition);

    /// <summary>
    /// Sends a request to the arbiter, if the pair has one, without waiting. Its answer comes by <see cref="PairEngine.Answered"/>, after a turn; if it
    /// comes too late, nobody waits for it.
    /// </summary>
    void Ask(in ArbiterRequest request) => throw new InvalidOperationException("There is no arbiter.");
}
