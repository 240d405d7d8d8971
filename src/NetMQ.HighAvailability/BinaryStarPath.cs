namespace NetMQ.HighAvailability;

/// <summary>One way to receive from the peer, within a <see cref="BinaryStarStatus"/>.</summary>
/// <remarks>Immutable. An application may construct its own, for its tests.</remarks>
public sealed record BinaryStarPath
{
    /// <summary>The endpoint, one of <see cref="BinaryStarOptions.RemoteEndpoints"/>.</summary>
    public required string RemoteEndpoint { get; init; }

    /// <summary>How long ago a message of the peer last came this way; <see langword="null"/> if none did.</summary>
    public TimeSpan? LastReceived { get; init; }

    /// <summary>Whether that was within the failover timeout.</summary>
    public bool Alive { get; init; }
}
