namespace NetMQ.HighAvailability;

/// <summary>Another server answers a <see cref="BinaryStarClient"/> than before.</summary>
public sealed class ServerChangedEventArgs : EventArgs
{
    internal ServerChangedEventArgs(string? previous, string current, ServerChangeCause cause, TimeSpan took)
    {
        Previous = previous;
        Current = current;
        Cause = cause;
        Took = took;
    }

    /// <summary>The endpoint of the server that answered before; <see langword="null"/> if none did.</summary>
    public string? Previous { get; }

    /// <summary>The endpoint of the server that answers now.</summary>
    public string Current { get; }

    /// <summary>Why the server before was left.</summary>
    public ServerChangeCause Cause { get; }

    /// <summary>
    /// How long requests had to wait: from the loss of the connection, or from the last sign of life of a server that
    /// went silent, or from the first request if it came later, to the first answer or receipt of the new server.
    /// </summary>
    public TimeSpan Took { get; }
}
