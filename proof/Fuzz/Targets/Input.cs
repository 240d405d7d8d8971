using System.Buffers.Binary;
using System.Text;

namespace NetMQ.HighAvailability.Fuzz.Targets;

/// <summary>Values out of an input, one after the other; zeros and empty ones at its end.</summary>
internal ref struct Input(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> rest = rest;

    public readonly bool IsEmpty => rest.IsEmpty;

    public ReadOnlySpan<byte> Bytes(int count)
    {
        count = Math.Min(count, rest.Length);
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    public byte Byte() => rest.IsEmpty ? (byte)0 : Bytes(1)[0];

    public int Int()
    {
        Span<byte> value = stackalloc byte[sizeof(int)];
        value.Clear();
        Bytes(value.Length).CopyTo(value);
        return BinaryPrimitives.ReadInt32LittleEndian(value);
    }

    /// <summary>A time in milliseconds, since most of those that mean anything are, or in ticks, for the extremes.</summary>
    public TimeSpan Time()
    {
        if ((Byte() & 1) == 0) return TimeSpan.FromMilliseconds((long)Int());
        Span<byte> value = stackalloc byte[sizeof(long)];
        value.Clear();
        Bytes(value.Length).CopyTo(value);
        return TimeSpan.FromTicks(BinaryPrimitives.ReadInt64LittleEndian(value));
    }

    public TimeSpan? TimeOrNull() => (Byte() & 1) == 0 ? null : Time();

    /// <summary>A text with its length before it.</summary>
    public string Text() => Encoding.UTF8.GetString(Bytes(Byte()));

    public string[] Texts()
    {
        var texts = new string[Byte() % 4];
        for (var i = 0; i < texts.Length; i++) texts[i] = Text();
        return texts;
    }
}
