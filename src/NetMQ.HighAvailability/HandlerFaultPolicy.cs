namespace NetMQ.HighAvailability;

/// <summary>What an exception that leaves the voter's handler costs, or a reply that the handler leaves unfinished.</summary>
public enum HandlerFaultPolicy
{
    /// <summary>
    /// The request: it is dropped, counted, logged and reported by <see cref="BinaryStar.RequestFailed"/>, and a
    /// <see cref="BinaryStarClient"/> is notified that its request failed. The node continues.
    /// </summary>
    DropRequest = 0,

    /// <summary>
    /// The node: it ends with the exception, and its peer takes over. The client is not notified, so that it sends its request
    /// to the peer: a request at which every handler throws then ends both nodes.
    /// </summary>
    EndNode = 1,
}
