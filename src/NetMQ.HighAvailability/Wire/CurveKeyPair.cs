using NaCl;

namespace NetMQ.HighAvailability.Wire;

/// <summary>A secret key of Curve25519 and its public one.</summary>
internal sealed record CurveKeyPair(byte[] SecretKey, byte[] PublicKey)
{
    public const int KeyBytes = 32;

    public static CurveKeyPair New()
    {
        Curve25519XSalsa20Poly1305.KeyPair(out var secret, out var @public);
        return new CurveKeyPair(secret, @public);
    }
}
