using System.Buffers.Binary;

namespace NetMQ.HighAvailability.Wire;

/// <summary>What each side tells about itself in the handshake: names and values, of which ours are the socket type and the identity.</summary>
/// <remarks>Source: ZMTP 3.1 (ZeroMQ RFC 37), "Metadata".</remarks>
internal sealed class Metadata
{
    private const int MaxOwnBytes = 64 + WireLimits.MaxIdentityBytes;

    private static ReadOnlySpan<byte> SocketType => "Socket-Type"u8;

    private static ReadOnlySpan<byte> IdentityName => "Identity"u8;

    public SocketKind Kind { get; private set; }

    public byte[] Identity { get; private set; } = [];

    /// <summary>The metadata of a socket of ours.</summary>
    public static byte[] Write(SocketKind kind, ReadOnlySpan<byte> identity)
    {
        Span<byte> metadata = stackalloc byte[MaxOwnBytes];
        var length = Property(metadata, SocketType, kind.ToName());
        if (kind is SocketKind.Dealer or SocketKind.Router or SocketKind.Req) length += Property(metadata[length..], IdentityName, identity);
        return metadata[..length].ToArray();
    }

    /// <summary>Reads all properties; those that we do not know must be well-formed too.</summary>
    public WireFault Read(ReadOnlySpan<byte> metadata)
    {
        while (metadata.Length > 0)
        {
            var nameBytes = (int)metadata[0];
            if (nameBytes == 0 || metadata.Length < 1 + nameBytes + 4) return WireFault.Malformed;
            var name = metadata.Slice(1, nameBytes);
            var valueBytes = BinaryPrimitives.ReadUInt32BigEndian(metadata[(1 + nameBytes)..]);
            metadata = metadata[(1 + nameBytes + 4)..];
            if (valueBytes > metadata.Length) return WireFault.Malformed;
            var value = metadata[..(int)valueBytes];
            metadata = metadata[(int)valueBytes..];

            // Names are the same in any case.
            if (System.Text.Ascii.EqualsIgnoreCase(name, SocketType))
            {
                Kind = SocketKinds.FromName(value);
            }
            else if (System.Text.Ascii.EqualsIgnoreCase(name, IdentityName))
            {
                if (value.Length > WireLimits.MaxIdentityBytes) return WireFault.Malformed;
                Identity = value.ToArray();
            }
        }

        return WireFault.None;
    }

    private static int Property(Span<byte> to, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        to[0] = (byte)name.Length;
        name.CopyTo(to[1..]);
        BinaryPrimitives.WriteInt32BigEndian(to[(1 + name.Length)..], value.Length);
        value.CopyTo(to[(1 + name.Length + 4)..]);
        return 1 + name.Length + 4 + value.Length;
    }
}
