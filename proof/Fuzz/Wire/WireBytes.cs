using System.Buffers.Binary;
using System.Text;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Fuzz.Wire;

/// <summary>What a peer may send, piece by piece, as it should be or not.</summary>
internal static class WireBytes
{
    /// <summary>How ZMTP 1.0 begins: the frame of an empty identity.</summary>
    public static byte[] Zmtp1 { get; } = [1, 0, 5, 0, .. "ABCD"u8];

    /// <summary>How ZMTP 2.0 begins: the signature, the revision, the socket type, the frame of an empty identity.</summary>
    public static byte[] Zmtp2 { get; } = [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 1, 5, 0, 0];

    public static byte[] Greeting(string mechanism = "NULL", bool asServer = false, byte major = 3, byte minor = 1)
    {
        var greeting = new byte[HighAvailability.Wire.Greeting.Bytes];
        HighAvailability.Wire.Greeting.Write(greeting, Encoding.ASCII.GetBytes(mechanism), asServer);
        (greeting[10], greeting[11]) = (major, minor);
        return greeting;
    }

    public static byte[] Frame(ReadOnlySpan<byte> body, bool more = false, bool isCommand = false)
    {
        var frame = new byte[FrameHeader.Size(body.Length) + body.Length];
        body.CopyTo(frame.AsSpan(FrameHeader.Write(frame, body.Length, more, isCommand)));
        return frame;
    }

    /// <summary>A frame's header with any flags, and its length in eight bytes.</summary>
    public static byte[] LongHeader(byte flags, ulong length)
    {
        var header = new byte[FrameHeader.MaxBytes];
        header[0] = flags;
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(1), length);
        return header;
    }

    /// <summary>A command's name, with its length, and what follows it; without a frame around it.</summary>
    public static byte[] CommandBody(string name, params ReadOnlySpan<byte> rest) => [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), .. rest];

    public static byte[] Command(string name, params ReadOnlySpan<byte> rest) => Frame(CommandBody(name, rest), isCommand: true);

    public static byte[] Ready(SocketKind kind, params ReadOnlySpan<byte> identity) => Command("READY", Metadata.Write(kind, identity));

    public static byte[] Property(string name, params ReadOnlySpan<byte> value)
    {
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, value.Length);
        return [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), .. length, .. value];
    }
}
