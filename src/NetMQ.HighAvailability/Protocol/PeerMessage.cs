namespace NetMQ.HighAvailability.Protocol;

/// <summary>What a node publishes about itself: the guide's peer protocol, one ASCII digit in one frame.</summary>
internal enum PeerMessage : byte
{
    PrimaryWaiting = 1,
    BackupWaiting = 2,
    Active = 3,
    Passive = 4,
}

/// <summary>The wire form of <see cref="PeerMessage"/>.</summary>
internal static class PeerMessageCodec
{
    // Shared by all that publish them.
    private static readonly byte[][] Frames = ["1"u8.ToArray(), "2"u8.ToArray(), "3"u8.ToArray(), "4"u8.ToArray()];

    /// <summary>The only frame that encodes <paramref name="message"/>. Must not be modified.</summary>
    public static byte[] Encode(PeerMessage message) => Frames[(int)message - 1];

    /// <summary>Exactly one byte, '1' to '4'; the guide's <c>atoi</c> also took <c>3junk</c> and <c> 3</c>.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> frame, out PeerMessage message)
    {
        message = default;
        if (frame.Length != 1 || frame[0] is < (byte)'1' or > (byte)'4') return false;
        message = (PeerMessage)(frame[0] - '0');
        return true;
    }

    /// <summary>What a node of this role and state publishes. Yielding is published as waiting, which makes a passive peer take over; a node that takes active back publishes passive instead.</summary>
    public static PeerMessage Of(BinaryStarRole role, BinaryStarState state) => state switch
    {
        BinaryStarState.Active => PeerMessage.Active,
        BinaryStarState.Passive => PeerMessage.Passive,
        _ => WaitingAs(role),
    };

    /// <summary>The offer that a waiting or yielding node of this role publishes.</summary>
    public static PeerMessage WaitingAs(BinaryStarRole role) =>
        role == BinaryStarRole.Primary ? PeerMessage.PrimaryWaiting : PeerMessage.BackupWaiting;
}
