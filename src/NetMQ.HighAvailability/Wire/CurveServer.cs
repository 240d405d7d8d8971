using System.Buffers.Binary;
using System.Security.Cryptography;
using NaCl;

namespace NetMQ.HighAvailability.Wire;

/// <summary>The server's side of a CURVE handshake: HELLO, WELCOME, INITIATE, READY.</summary>
/// <param name="metadata">What the client is told.</param>
/// <param name="own">The server's keys.</param>
/// <param name="isAllowed">Whether a client with that key is served; every one is if null.</param>
/// <remarks>
/// Source: CurveZMQ (ZeroMQ RFC 26). Between WELCOME and INITIATE the server keeps 32 bytes, with which it opens its cookie again; the
/// keys that it made for this connection travel in it.
/// </remarks>
internal sealed class CurveServer(byte[] metadata, CurveKeyPair own, Func<ReadOnlySpan<byte>, bool>? isAllowed) : Mechanism
{
    private const int Key = CurveKeyPair.KeyBytes;
    private const int Tag = XSalsa20Poly1305.TagLength;
    private const int HelloZeros = 64;
    private const int HelloBytes = 2 + 72 + Key + CurveNonce.NumberBytes + Tag + HelloZeros; // after its name
    private const int CookieBytes = CurveNonce.RandomBytes + Tag + (2 * Key);
    private const int VouchBytes = CurveNonce.RandomBytes + Tag + (2 * Key);
    private const int LeastInitiate = Key + VouchBytes; // what INITIATE's box has before the metadata

    private byte[]? cookieKey;
    private ulong peerNonce;

    public override ReadOnlySpan<byte> Name => "CURVE"u8;

    public override bool? IsServer => true;

    public override void Begin(OutputBuffer output)
    {
    }

    public override WireFault Receive(ReadOnlySpan<byte> command, OutputBuffer output)
    {
        if (cookieKey is null) return command.Is(Commands.Hello, out var hello) ? Welcome(hello, output) : Unexpected(command);
        return command.Is(Commands.Initiate, out var initiate) ? Ready(initiate, output) : Unexpected(command);
    }

    public override void Dispose()
    {
        CryptographicOperations.ZeroMemory(cookieKey);
        base.Dispose();
    }

    private static WireFault Unexpected(ReadOnlySpan<byte> command) => Commands.IsError(command) ? WireFault.RefusedByPeer : WireFault.Malformed;

    private WireFault Welcome(ReadOnlySpan<byte> hello, OutputBuffer output)
    {
        if (hello.Length != HelloBytes || hello[0] != 1 || hello[1] != 0) return WireFault.Malformed;
        var clientKey = hello.Slice(2 + 72, Key);
        var number = hello.Slice(2 + 72 + Key, CurveNonce.NumberBytes);
        Span<byte> nonce = stackalloc byte[CurveNonce.Bytes];
        CurveNonce.Join(nonce, CurveNonce.Hello, number);
        using var box = new Curve25519XSalsa20Poly1305(own.SecretKey, clientKey);
        Span<byte> zeros = stackalloc byte[HelloZeros];
        if (!box.TryDecrypt(zeros, hello[^(Tag + HelloZeros)..], nonce)) return WireFault.WrongKey;
        if (zeros.ContainsAnyExcept((byte)0)) return WireFault.Malformed;
        peerNonce = BinaryPrimitives.ReadUInt64BigEndian(number);

        var transient = CurveKeyPair.New();
        cookieKey = RandomNumberGenerator.GetBytes(XSalsa20Poly1305.KeyLength);
        Span<byte> plain = stackalloc byte[Key + CookieBytes];
        transient.PublicKey.CopyTo(plain);
        WriteCookie(plain[Key..], clientKey, transient.SecretKey);
        CryptographicOperations.ZeroMemory(transient.SecretKey);

        Span<byte> welcome = stackalloc byte[CurveNonce.RandomBytes + Tag + Key + CookieBytes];
        CurveNonce.Random(nonce, CurveNonce.Welcome);
        nonce[8..].CopyTo(welcome);
        box.Encrypt(welcome[CurveNonce.RandomBytes..], plain, nonce);
        Commands.Write(output, Commands.Welcome, welcome);
        return WireFault.None;
    }

    private void WriteCookie(Span<byte> cookie, ReadOnlySpan<byte> clientKey, ReadOnlySpan<byte> transientSecret)
    {
        Span<byte> nonce = stackalloc byte[CurveNonce.Bytes];
        Span<byte> plain = stackalloc byte[2 * Key];
        clientKey.CopyTo(plain);
        transientSecret.CopyTo(plain[Key..]);
        CurveNonce.Random(nonce, CurveNonce.Cookie);
        nonce[8..].CopyTo(cookie);
        using var box = new XSalsa20Poly1305(cookieKey!);
        box.Encrypt(cookie[CurveNonce.RandomBytes..], plain, nonce);
        CryptographicOperations.ZeroMemory(plain);
    }

    private WireFault Ready(ReadOnlySpan<byte> initiate, OutputBuffer output)
    {
        if (initiate.Length < CookieBytes + CurveNonce.NumberBytes + Tag + LeastInitiate) return WireFault.Malformed;
        Span<byte> nonce = stackalloc byte[CurveNonce.Bytes];
        Span<byte> keys = stackalloc byte[2 * Key]; // of this connection: the client's public one, our secret one
        CurveNonce.Join(nonce, CurveNonce.Cookie, initiate[..CurveNonce.RandomBytes]);
        using (var cookie = new XSalsa20Poly1305(cookieKey!))
        {
            if (!cookie.TryDecrypt(keys, initiate[CurveNonce.RandomBytes..CookieBytes], nonce)) return WireFault.WrongKey;
        }

        var number = initiate.Slice(CookieBytes, CurveNonce.NumberBytes);
        CurveNonce.Join(nonce, CurveNonce.Initiate, number);
        var sealedBytes = initiate[(CookieBytes + CurveNonce.NumberBytes)..];
        var plain = new byte[sealedBytes.Length - Tag].AsSpan();
        var box = new Curve25519XSalsa20Poly1305(keys[Key..], keys[..Key]);
        if (BinaryPrimitives.ReadUInt64BigEndian(number) <= peerNonce || !box.TryDecrypt(plain, sealedBytes, nonce)) return WireFault.WrongKey;
        peerNonce = BinaryPrimitives.ReadUInt64BigEndian(number);

        var client = plain[..Key];
        CurveNonce.Join(nonce, CurveNonce.Vouch, plain.Slice(Key, CurveNonce.RandomBytes));
        Span<byte> vouched = stackalloc byte[2 * Key];
        using (var vouch = new Curve25519XSalsa20Poly1305(keys[Key..], client))
        {
            if (!vouch.TryDecrypt(vouched, plain[(Key + CurveNonce.RandomBytes)..LeastInitiate], nonce)) return WireFault.WrongKey;
        }

        if (!vouched[..Key].SequenceEqual(keys[..Key]) || !vouched[Key..].SequenceEqual(own.PublicKey)) return WireFault.WrongKey;
        CryptographicOperations.ZeroMemory(keys);
        if (isAllowed is not null && !isAllowed(client)) return WireFault.KeyNotAllowed;

        var fault = Peer.Read(plain[LeastInitiate..]);
        if (fault != WireFault.None) return fault;
        PeerKey = client.ToArray();
        SendReady(output, box);
        return WireFault.None;
    }

    private void SendReady(OutputBuffer output, Curve25519XSalsa20Poly1305 box)
    {
        const ulong first = 1;
        Span<byte> nonce = stackalloc byte[CurveNonce.Bytes];
        CurveNonce.Number(nonce, CurveNonce.Ready, first);
        var ready = new byte[CurveNonce.NumberBytes + Tag + metadata.Length];
        nonce[16..].CopyTo(ready);
        box.Encrypt(ready.AsSpan(CurveNonce.NumberBytes), metadata, nonce);
        Commands.Write(output, Commands.Ready, ready);
        Session = new CurveSession(box, isServer: true, first, peerNonce);
        IsComplete = true;
    }
}
