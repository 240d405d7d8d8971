namespace NetMQ.HighAvailability.Wire;

/// <summary>The commands of ZMTP: a name with its length before it, and what follows.</summary>
internal static class Commands
{
    public static ReadOnlySpan<byte> Ready => "\u0005READY"u8;

    public static ReadOnlySpan<byte> Error => "\u0005ERROR"u8;

    public static ReadOnlySpan<byte> Ping => "\u0004PING"u8;

    public static ReadOnlySpan<byte> Pong => "\u0004PONG"u8;

    public static ReadOnlySpan<byte> Subscribe => "\u0009SUBSCRIBE"u8;

    public static ReadOnlySpan<byte> Cancel => "\u0006CANCEL"u8;

    public static ReadOnlySpan<byte> Hello => "\u0005HELLO"u8;

    public static ReadOnlySpan<byte> Welcome => "\u0007WELCOME"u8;

    public static ReadOnlySpan<byte> Initiate => "\u0008INITIATE"u8;

    public static ReadOnlySpan<byte> Message => "\u0007MESSAGE"u8;

    /// <summary>Whether the bytes begin with a name and its length.</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> command) => command.Length > 0 && command[0] > 0 && command.Length > command[0];

    /// <summary>Whether it is that command, and what follows its name.</summary>
    public static bool Is(this ReadOnlySpan<byte> command, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> rest)
    {
        var found = command.StartsWith(name);
        rest = found ? command[name.Length..] : default;
        return found;
    }

    /// <summary>What a peer's ERROR says, if it is one: a reason of at most 255 bytes, which is not believed in any way.</summary>
    public static bool IsError(ReadOnlySpan<byte> command) => command.StartsWith(Error);

    public static void Write(OutputBuffer output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> rest)
    {
        var length = name.Length + rest.Length;
        var to = output.Reserve(FrameHeader.MaxBytes + length);
        var header = FrameHeader.Write(to, length, more: false, isCommand: true);
        name.CopyTo(to[header..]);
        rest.CopyTo(to[(header + name.Length)..]);
        output.Advance(header + length);
    }
}
