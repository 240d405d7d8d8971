using System.Buffers.Binary;
using System.Security.Cryptography;
using NaCl;

namespace NetMQ.HighAvailability.Wire;

/// <summary>The 24 bytes of a nonce: a purpose of 8 bytes with 16 random ones, or a purpose of 16 with a number.</summary>
internal static class CurveNonce
{
    public const int Bytes = XSalsa20Poly1305.NonceLength;
    public const int RandomBytes = 16;
    public const int NumberBytes = 8;

    public static ReadOnlySpan<byte> Hello => "CurveZMQHELLO---"u8;

    public static ReadOnlySpan<byte> Initiate => "CurveZMQINITIATE"u8;

    public static ReadOnlySpan<byte> Ready => "CurveZMQREADY---"u8;

    public static ReadOnlySpan<byte> Welcome => "WELCOME-"u8;

    public static ReadOnlySpan<byte> Cookie => "COOKIE--"u8;

    public static ReadOnlySpan<byte> Vouch => "VOUCH---"u8;

    /// <summary>A purpose, and the rest as it was received.</summary>
    public static void Join(Span<byte> nonce, ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> rest)
    {
        purpose.CopyTo(nonce);
        rest.CopyTo(nonce[purpose.Length..]);
    }

    /// <summary>A purpose and a number.</summary>
    public static void Number(Span<byte> nonce, ReadOnlySpan<byte> purpose, ulong number)
    {
        purpose.CopyTo(nonce);
        BinaryPrimitives.WriteUInt64BigEndian(nonce[purpose.Length..], number);
    }

    /// <summary>A purpose and random bytes.</summary>
    public static void Random(Span<byte> nonce, ReadOnlySpan<byte> purpose)
    {
        purpose.CopyTo(nonce);
        RandomNumberGenerator.Fill(nonce[purpose.Length..]);
    }
}
