using System.Buffers.Binary;

namespace NetMQ.HighAvailability.Wire;

/// <summary>The start of a frame: its flags, and the length of its body in one byte or eight.</summary>
/// <remarks>Source: ZMTP 3.1 (ZeroMQ RFC 37), "Framing".</remarks>
internal readonly record struct FrameHeader(int HeaderBytes, ulong BodyBytes, bool More, bool IsCommand)
{
    public const int MaxBytes = 9;

    private const byte MoreFlag = 1;
    private const byte LongFlag = 2;
    private const byte CommandFlag = 4;

    /// <returns>False if more bytes are needed. A header of no valid flags has no <see cref="HeaderBytes"/>.</returns>
    public static bool TryRead(ReadOnlySpan<byte> received, out FrameHeader header)
    {
        header = default;
        if (received.Length < 2) return false;
        var flags = received[0];
        if (flags is > (LongFlag | CommandFlag) or (MoreFlag | CommandFlag)) return true;

        var (more, isCommand) = ((flags & MoreFlag) != 0, (flags & CommandFlag) != 0);
        if ((flags & LongFlag) == 0)
        {
            header = new FrameHeader(2, received[1], more, isCommand);
            return true;
        }

        if (received.Length < MaxBytes) return false;
        header = new FrameHeader(MaxBytes, BinaryPrimitives.ReadUInt64BigEndian(received[1..]), more, isCommand);
        return true;
    }

    /// <summary>How many bytes the header of a body of that length takes.</summary>
    public static int Size(int bodyBytes) => bodyBytes > byte.MaxValue ? MaxBytes : 2;

    /// <returns>How many bytes it took.</returns>
    public static int Write(Span<byte> to, int bodyBytes, bool more, bool isCommand = false)
    {
        var flags = (byte)((more ? MoreFlag : 0) | (isCommand ? CommandFlag : 0));
        if (bodyBytes <= byte.MaxValue)
        {
            to[0] = flags;
            to[1] = (byte)bodyBytes;
            return 2;
        }

        to[0] = (byte)(flags | LongFlag);
        BinaryPrimitives.WriteUInt64BigEndian(to[1..], (ulong)bodyBytes);
        return MaxBytes;
    }
}
