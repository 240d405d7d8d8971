namespace NetMQ.HighAvailability.Wire;

/// <summary>What one connection may send.</summary>
/// <param name="MaxMessageBytes">The most bytes of all frames of a message.</param>
/// <param name="MaxFrames">The most frames of a message.</param>
internal readonly record struct WireLimits(int MaxMessageBytes, int MaxFrames)
{
    /// <summary>The most bytes of a frame before the end of the handshake, and of a command after it.</summary>
    public const int MaxCommandBytes = 1024;

    /// <summary>The most bytes of a subscription's topic.</summary>
    public const int MaxTopicBytes = 256;

    /// <summary>The most bytes of an identity, by ZMTP.</summary>
    public const int MaxIdentityBytes = 255;
}
