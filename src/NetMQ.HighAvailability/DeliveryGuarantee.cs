namespace NetMQ.HighAvailability;

/// <summary>How often a server may execute a request of a <see cref="BinaryStarClient"/>.</summary>
public enum DeliveryGuarantee
{
    /// <summary>
    /// The request is sent again until it is answered: to the other server after a failover, and to the same one if
    /// that answers nothing for long. An answered request has been executed at least once, perhaps twice: it must be
    /// harmless to repeat, or the server must recognise it.
    /// </summary>
    AtLeastOnce = 0,

    /// <summary>
    /// The request is sent once. If the server that it was sent to is left before the answer, nobody knows whether it
    /// was executed, and it fails with <see cref="RequestOutcomeUnknownException"/>. Until it is sent it waits for a
    /// server like any other.
    /// </summary>
    AtMostOnce = 1,
}
