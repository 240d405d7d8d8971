using System.Buffers.Binary;
using System.Security.Cryptography;
using NaCl;

namespace NetMQ.HighAvailability.Wire;

/// <summary>The client's side of a CURVE handshake: HELLO, WELCOME, INITIATE, READY.</summary>
/// <param name="metadata">What the server is told, once it has proved its key.</param>
/// <param name="own">The client's keys.</param>
/// <param name="serverKey">The public key of the one server that is believed.</param>
/// <remarks>Source: CurveZMQ (ZeroMQ RFC 26).</remarks>
internal sealed class CurveClient(byte[] metadata, CurveKeyPair own, byte[] serverKey) : Mechanism
{
    private const int Key = CurveKeyPair.KeyBytes;
    private const int Tag = XSalsa20Poly1305.TagLength;
    private const int HelloZeros = 64;
    private const int CookieBytes = CurveNonce.RandomBytes + Tag + (2 * Key);
    private const int WelcomeBytes = CurveNonce.RandomBytes + Tag + Key + CookieBytes; // after its name
    private const int VouchBytes = CurveNonce.RandomBytes + Tag + (2 * Key);
    private const ulong HelloNumber = 1;
    private const ulong InitiateNumber = 2;

    private readonly CurveKeyPair transient = CurveKeyPair.New();
    private Curve25519XSalsa20Poly1305? box; // from WELCOME on

    public override ReadOnlySpan<byte> Name => "CURVE"u8;

    public override bool? IsServer => false;

    public override void Begin(OutputBuffer output)
    {
        Span<byte> hello = stackalloc byte[2 + 72 + Key + CurveNonce.NumberBytes + Tag + HelloZeros];
        Span<byte> zeros = stackalloc byte[HelloZeros];
        Span<byte> nonce = stackalloc byte[CurveNonce.Bytes];
        hello.Clear();
        zeros.Clear();
        hello[0] = 1; // the version, 1.0
        transient.PublicKey.CopyTo(hello[(2 + 72)..]);
        CurveNonce.Number(nonce, CurveNonce.Hello, HelloNumber);
        nonce[16..].CopyTo(hello[(2 + 72 + Key)..]);
        using var first = new Curve25519XSalsa20Poly1305(transient.SecretKey, serverKey);
        first.Encrypt(hello[^(Tag + HelloZeros)..], zeros, nonce);
        Commands.Write(output, Commands.Hello, hello);
    }

    public override WireFault Receive(ReadOnlySpan<byte> command, OutputBuffer output)
    {
        if (box is null) return command.Is(Commands.Welcome, out var welcome) ? Initiate(welcome, output) : Unexpected(command);
        return command.Is(Commands.Ready, out var ready) ? Complete(ready) : Unexpected(command);
    }

    public override void Dispose()
    {
        CryptographicOperations.ZeroMemory(transient.SecretKey);
        box?.Dispose();
        base.Dispose();
    }

    private static WireFault Unexpected(ReadOnlySpan<byte> command) => Commands.IsError(command) ? WireFault.RefusedByPeer : WireFault.Malformed;

    private WireFault Initiate(ReadOnlySpan<byte> welcome, OutputBuffer output)
    {
        if (welcome.Length != WelcomeBytes) return WireFault.Malformed;
        Span<byte> nonce = stackalloc byte[CurveNonce.Bytes];
        Span<byte> plain = stackalloc byte[Key + CookieBytes]; // the server's key of this connection, and its cookie
        CurveNonce.Join(nonce, CurveNonce.Welcome, welcome[..CurveNonce.RandomBytes]);
        using (var first = new Curve25519XSalsa20Poly1305(transient.SecretKey, serverKey))
        {
            if (!first.TryDecrypt(plain, welcome[CurveNonce.RandomBytes..], nonce)) return WireFault.WrongKey;
        }

        var server = plain[..Key];
        var inner = new byte[Key + VouchBytes + metadata.Length];
        own.PublicKey.CopyTo(inner, 0);
        WriteVouch(inner.AsSpan(Key, VouchBytes), server);
        metadata.CopyTo(inner, Key + VouchBytes);

        var initiate = new byte[CookieBytes + CurveNonce.NumberBytes + Tag + inner.Length];
        plain[Key..].CopyTo(initiate);
        CurveNonce.Number(nonce, CurveNonce.Initiate, InitiateNumber);
        nonce[16..].CopyTo(initiate.AsSpan(CookieBytes));
        box = new Curve25519XSalsa20Poly1305(transient.SecretKey, server);
        box.Encrypt(initiate.AsSpan(CookieBytes + CurveNonce.NumberBytes), inner, nonce);
        CryptographicOperations.ZeroMemory(transient.SecretKey);
        Commands.Write(output, Commands.Initiate, initiate);
        return WireFault.None;
    }

    private void WriteVouch(Span<byte> vouch, ReadOnlySpan<byte> server)
    {
        Span<byte> nonce = stackalloc byte[CurveNonce.Bytes];
        Span<byte> vouched = stackalloc byte[2 * Key];
        transient.PublicKey.CopyTo(vouched);
        serverKey.CopyTo(vouched[Key..]);
        CurveNonce.Random(nonce, CurveNonce.Vouch);
        nonce[8..].CopyTo(vouch);
        using var sealer = new Curve25519XSalsa20Poly1305(own.SecretKey, server);
        sealer.Encrypt(vouch[CurveNonce.RandomBytes..], vouched, nonce);
    }

    private WireFault Complete(ReadOnlySpan<byte> ready)
    {
        if (ready.Length < CurveNonce.NumberBytes + Tag) return WireFault.Malformed;
        var number = ready[..CurveNonce.NumberBytes];
        Span<byte> nonce = stackalloc byte[CurveNonce.Bytes];
        CurveNonce.Join(nonce, CurveNonce.Ready, number);
        var properties = new byte[ready.Length - CurveNonce.NumberBytes - Tag];
        if (!box!.TryDecrypt(properties, ready[CurveNonce.NumberBytes..], nonce)) return WireFault.WrongKey;
        PeerKey = serverKey;
        Session = new CurveSession(box, isServer: false, InitiateNumber, BinaryPrimitives.ReadUInt64BigEndian(number));
        IsComplete = true;
        return Peer.Read(properties);
    }
}
