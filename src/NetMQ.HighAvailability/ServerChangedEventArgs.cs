namespace NetMQ.HighAvailability;

/// <summary>Another server answers a <see cref="BinaryStarClient"/> than before.</summary>
public sealed class ServerChangedEventArgs : EventArgs
{
    /// <summary>The arguments for a change of server.</summary>
    /// <param name="previousServer">The endpoint of the server that answered before; <see langword="null"/> if none did.</param>
    /// <param name="newServer">The endpoint of the server that answers now.</param>
    /// <param name="reason">Why the server before was left.</param>
    /// <param name="duration">How long requests had to wait.</param>
    /// <exception cref="ArgumentNullException"><paramref name="newServer"/> is null.</exception>
    public ServerChangedEventArgs(string? previousServer, string newServer, ServerChangeReason reason, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(newServer);
        PreviousServer = previousServer;
        NewServer = newServer;
        Reason = reason;
        Duration = duration;
    }

    /// <summary>The endpoint of the server that answered before; <see langword="null"/> if none did.</summary>
    public string? PreviousServer { get; }

    /// <summary>The endpoint of the server that answers now.</summary>
    public string NewServer { get; }

    /// <summary>Why the server before was left.</summary>
    public ServerChangeReason Reason { get; }

    /// <summary>
    /// How long requests had to wait: from the loss of the connection, or from the last sign of life of a server that
    /// went silent, or from the first request if it came later, to the first answer or receipt of the new server.
    /// </summary>
    public TimeSpan Duration { get; }
}
