using NaCl;
using NetMQ.HighAvailability.Fuzz.Wire;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Wire;

/// <summary>A CURVE client, written for itself after RFC 26, whose every part can be false.</summary>
internal sealed class ForgedClient(byte[] serverKey)
{
    private const int Tag = XSalsa20Poly1305.TagLength;

    public CurveKeyPair Own { get; init; } = CurveKeyPair.New();

    public CurveKeyPair Transient { get; init; } = CurveKeyPair.New();

    public byte[] Version { get; init; } = [1, 0];

    /// <summary>What is sealed in HELLO.</summary>
    public byte[] Zeros { get; init; } = new byte[64];

    /// <summary>What HELLO has too much of.</summary>
    public byte[] Padding { get; init; } = [];

    public ulong HelloNumber { get; init; } = 1;

    public ulong InitiateNumber { get; init; } = 2;

    /// <summary>The key of this connection that the client's own key vouches for; the true one if not given.</summary>
    public byte[]? VouchedTransient { get; init; }

    /// <summary>The server for which the vouch was made; the true one if not given.</summary>
    public byte[]? VouchedServer { get; init; }

    /// <summary>What seals the vouch; the client's own key if not given.</summary>
    public byte[]? VouchSecret { get; init; }

    public byte[] Metadata { get; init; } = HighAvailability.Wire.Metadata.Write(SocketKind.Dealer, default);

    /// <summary>How many bytes of what is sealed in INITIATE are left out, at its end.</summary>
    public int Cut { get; init; }

    /// <summary>The server's key of this connection, once it has welcomed.</summary>
    public byte[] ServerTransient { get; private set; } = [];

    public byte[] Hello()
    {
        var number = Number(HelloNumber);
        return WireBytes.Command("HELLO", [.. Version, .. new byte[72], .. Transient.PublicKey, .. number, .. Padding, .. Box(Transient.SecretKey, serverKey, Zeros, [.. CurveNonce.Hello, .. number])]);
    }

    public byte[] Initiate(byte[] welcomeFrame)
    {
        var welcome = welcomeFrame.AsSpan(2 + 1 + "WELCOME".Length);
        var opened = new byte[128];
        using (var box = new Curve25519XSalsa20Poly1305(Transient.SecretKey, serverKey))
            box.TryDecrypt(opened, welcome[16..], [.. CurveNonce.Welcome, .. welcome[..16]]).Should().BeTrue();
        var (server, cookie) = (opened[..32], opened[32..]);
        ServerTransient = server;

        var random = new byte[16];
        var vouch = Box(VouchSecret ?? Own.SecretKey, server, [.. VouchedTransient ?? Transient.PublicKey, .. VouchedServer ?? serverKey], [.. CurveNonce.Vouch, .. random]);
        var number = Number(InitiateNumber);
        byte[] plain = [.. Own.PublicKey, .. random, .. vouch, .. Metadata];
        var inner = Box(Transient.SecretKey, server, plain[..^Cut], [.. CurveNonce.Initiate, .. number]);
        return WireBytes.Command("INITIATE", [.. cookie, .. number, .. inner]);
    }

    private static byte[] Number(ulong number)
    {
        var bytes = new byte[sizeof(ulong)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Box(byte[] secret, byte[] @public, byte[] plain, byte[] nonce)
    {
        using var box = new Curve25519XSalsa20Poly1305(secret, @public);
        var sealedBytes = new byte[plain.Length + Tag];
        box.Encrypt(sealedBytes, plain, nonce);
        return sealedBytes;
    }
}
