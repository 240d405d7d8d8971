using System.Buffers.Binary;

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
    /// <summary>With an arbiter: the digit, by what the node serves, and four numbers of 8 bytes, big endian.</summary>
    public const int StampedBytes = 2 + 4 * sizeof(long);

    /// <summary>A higher token is no one's: by the rules they rise by one with each term.</summary>
    public const long MaxToken = long.MaxValue / 2;

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

    /// <summary>Encodes a message of a node with an arbiter into <see cref="StampedBytes"/> bytes.</summary>
    public static void Encode(Span<byte> frame, PeerMessage message, in MandateStamp stamp)
    {
        frame[0] = (byte)('0' + (int)message);
        frame[1] = (byte)stamp.ServesBy;
        BinaryPrimitives.WriteInt64BigEndian(frame[2..], stamp.Token);
        BinaryPrimitives.WriteInt64BigEndian(frame[10..], stamp.SentAt.Ticks);
        BinaryPrimitives.WriteInt64BigEndian(frame[18..], stamp.PromisedToken);
        BinaryPrimitives.WriteInt64BigEndian(frame[26..], stamp.PromisedUntil.Ticks);
    }

    /// <summary>A message of a node with an arbiter; anything else is refused.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> frame, out PeerMessage message, out MandateStamp stamp)
    {
        (message, stamp) = (default, default);
        if (frame.Length != StampedBytes || !TryDecode(frame[..1], out var digit) || frame[1] > (byte)BinaryStarMandate.Lease) return false;
        var (token, sentAt) = (BinaryPrimitives.ReadInt64BigEndian(frame[2..]), BinaryPrimitives.ReadInt64BigEndian(frame[10..]));
        var (promised, promisedUntil) = (BinaryPrimitives.ReadInt64BigEndian(frame[18..]), BinaryPrimitives.ReadInt64BigEndian(frame[26..]));
        if (token is < 0 or > MaxToken || promised is < 0 or > MaxToken || sentAt is < 0 or > MaxToken || promisedUntil < 0) return false;
        if (digit == PeerMessage.Active && token == 0) return false;
        message = digit;
        stamp = new MandateStamp(token, new TimeSpan(sentAt), promised, new TimeSpan(promisedUntil), (BinaryStarMandate)frame[1]);
        return true;
    }

    /// <summary>Whether a record that was read can be this library's.</summary>
    public static bool IsValid(ArbiterClaim claim) =>
        claim is { Token: > 0 and <= MaxToken, Holder: BinaryStarRole.Primary or BinaryStarRole.Backup } && claim.Lease >= TimeSpan.Zero && claim.Lease <= TimeSpan.FromDays(1);

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
