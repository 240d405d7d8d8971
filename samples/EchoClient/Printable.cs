using System.Globalization;
using System.Text;

namespace EchoClient;

/// <summary>What a server sent, as text that does no harm: a terminal obeys control characters.</summary>
internal static class Printable
{
    private const int Longest = 100;

    /// <summary>ASCII as it is, any other byte and the backslash as <c>\x1b</c>; what is too long is cut, and its length told.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var one in bytes[..Math.Min(bytes.Length, Longest)])
        {
            if (one is >= (byte)' ' and < 0x7f and not (byte)'\\') text.Append((char)one);
            else text.Append(CultureInfo.InvariantCulture, $"\\x{one:x2}");
        }

        if (bytes.Length > Longest) text.Append(CultureInfo.InvariantCulture, $"... ({bytes.Length} bytes)");
        return text.ToString();
    }
}
