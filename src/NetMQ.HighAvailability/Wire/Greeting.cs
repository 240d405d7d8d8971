namespace NetMQ.HighAvailability.Wire;

/// <summary>The first 64 bytes of each side: a signature, the version, the security mechanism, and who is its server.</summary>
/// <remarks>Source: ZMTP 3.1 (ZeroMQ RFC 37), "Version Negotiation" and "The Greeting".</remarks>
internal static class Greeting
{
    public const int Bytes = 64;

    private const int VersionAt = 10;
    private const int MechanismAt = 12;
    private const int MechanismBytes = 20;
    private const int AsServerAt = 32;

    public static void Write(Span<byte> greeting, ReadOnlySpan<byte> mechanism, bool asServer)
    {
        greeting[..Bytes].Clear();
        greeting[0] = 0xFF;
        greeting[9] = 0x7F;
        greeting[VersionAt] = 3;
        greeting[VersionAt + 1] = 1;
        mechanism.CopyTo(greeting[MechanismAt..]);
        greeting[AsServerAt] = asServer ? (byte)1 : (byte)0;
    }

    /// <summary>
    /// Judges as much of a greeting as has arrived, so that an old or foreign peer, which waits for an answer rather than send the
    /// whole, is recognised by its first bytes.
    /// </summary>
    /// <param name="received">What has arrived, from the greeting's first byte on.</param>
    /// <param name="mechanism">The mechanism that the peer must have.</param>
    /// <param name="isServer">Whether this side is that mechanism's server; null if it has none.</param>
    public static WireFault Check(ReadOnlySpan<byte> received, ReadOnlySpan<byte> mechanism, bool? isServer)
    {
        if (received.Length == 0) return WireFault.None;
        if (received[0] != 0xFF) return CheckUnversioned(received);
        if (received.Length < VersionAt) return WireFault.None;
        if ((received[9] & 1) == 0) return WireFault.OldVersion; // a frame of ZMTP 1.0 with a long length
        if (received[9] != 0x7F) return WireFault.NotZmtp;
        if (received.Length == VersionAt) return WireFault.None;
        if (received[VersionAt] < 3) return WireFault.OldVersion;
        if (received.Length < Bytes) return WireFault.None;

        var name = received.Slice(MechanismAt, MechanismBytes);
        if (!name[..mechanism.Length].SequenceEqual(mechanism) || name[mechanism.Length..].ContainsAnyExcept((byte)0)) return WireFault.WrongMechanism;
        if (received[AsServerAt] > 1) return WireFault.Malformed;
        return isServer == true && received[AsServerAt] == 1 ? WireFault.WrongMechanism : WireFault.None; // libzmq's servers do not say that they are
    }

    /// <summary>Whether a peer with this whole greeting knows the commands of ZMTP 3.1.</summary>
    public static bool HasCommands(ReadOnlySpan<byte> greeting) => greeting[VersionAt] > 3 || greeting[VersionAt + 1] >= 1;

    // ZMTP 1.0 begins with the frame of an identity: its length, of which one is for the flags, and no flags.
    private static WireFault CheckUnversioned(ReadOnlySpan<byte> received)
    {
        if (received[0] == 0) return WireFault.NotZmtp;
        if (received.Length == 1) return WireFault.None;
        return received[1] == 0 ? WireFault.OldVersion : WireFault.NotZmtp;
    }
}
