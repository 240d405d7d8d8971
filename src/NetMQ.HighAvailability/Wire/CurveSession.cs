using System.Buffers.Binary;
using NaCl;

namespace NetMQ.HighAvailability.Wire;

/// <summary>Seals and opens the frames after a CURVE handshake.</summary>
/// <remarks>Source: CurveZMQ (ZeroMQ RFC 26), "MESSAGE Command". As libzmq does, each MESSAGE is sent as a frame of its own, not as a command.</remarks>
internal sealed class CurveSession(XSalsa20Poly1305 box, bool isServer, ulong ownNonce, ulong peerNonce) : IDisposable
{
    /// <summary>What a sealed frame is longer than its body.</summary>
    public const int Overhead = PrefixBytes + XSalsa20Poly1305.TagLength + 1;

    private const int NonceBytes = 8;
    private const int PrefixBytes = 8 + NonceBytes; // the name MESSAGE with its length, and the nonce
    private const byte MoreFlag = 1;
    private const byte CommandFlag = 2;

    private byte[] scratch = [];

    private static ReadOnlySpan<byte> ByServer => "CurveZMQMESSAGES"u8;

    private static ReadOnlySpan<byte> ByClient => "CurveZMQMESSAGEC"u8;

    /// <summary>Opens the body of a frame, in place.</summary>
    /// <param name="body">The frame's body; afterwards it also holds what was sealed.</param>
    /// <param name="start">Where in the body that begins.</param>
    /// <param name="length">How long it is.</param>
    /// <param name="more">Whether further frames of the message follow.</param>
    /// <param name="isCommand">Whether it is a command.</param>
    /// <returns><see cref="WireFault.WrongKey"/> if it was not sealed by the peer, was altered, or has been received before.</returns>
    public WireFault Open(Span<byte> body, out int start, out int length, out bool more, out bool isCommand)
    {
        (start, length, more, isCommand) = (PrefixBytes + 1, body.Length - Overhead, false, false);
        if (length < 0 || !body.StartsWith(Commands.Message)) return WireFault.Malformed;

        var number = BinaryPrimitives.ReadUInt64BigEndian(body[8..]);
        if (number <= peerNonce) return WireFault.WrongKey;
        Span<byte> nonce = stackalloc byte[XSalsa20Poly1305.NonceLength];
        (isServer ? ByClient : ByServer).CopyTo(nonce);
        body.Slice(8, NonceBytes).CopyTo(nonce[16..]);
        var plain = Scratch(length + 1);
        if (!box.TryDecrypt(plain, body[PrefixBytes..], nonce)) return WireFault.WrongKey;

        peerNonce = number;
        (more, isCommand) = ((plain[0] & MoreFlag) != 0, (plain[0] & CommandFlag) != 0);
        plain.CopyTo(body[PrefixBytes..]);
        return plain[0] > (MoreFlag | CommandFlag) || (more && isCommand) ? WireFault.Malformed : WireFault.None;
    }

    /// <summary>Writes a whole frame that holds the body, sealed.</summary>
    public void Seal(OutputBuffer output, ReadOnlySpan<byte> body, bool more, bool isCommand)
    {
        var sealedBytes = body.Length + Overhead;
        var to = output.Reserve(FrameHeader.MaxBytes + sealedBytes);
        var header = FrameHeader.Write(to, sealedBytes, more: false);
        to = to[header..];
        Commands.Message.CopyTo(to);
        Span<byte> nonce = stackalloc byte[XSalsa20Poly1305.NonceLength];
        (isServer ? ByServer : ByClient).CopyTo(nonce);
        BinaryPrimitives.WriteUInt64BigEndian(nonce[16..], ++ownNonce);
        nonce[16..].CopyTo(to[8..]);
        var plain = Scratch(body.Length + 1);
        plain[0] = (byte)((more ? MoreFlag : 0) | (isCommand ? CommandFlag : 0));
        body.CopyTo(plain[1..]);
        box.Encrypt(to.Slice(PrefixBytes, plain.Length + XSalsa20Poly1305.TagLength), plain, nonce);
        output.Advance(header + sealedBytes);
    }

    public void Dispose() => box.Dispose();

    // Kept while messages are small; what a large one needed is released with it.
    private Span<byte> Scratch(int bytes)
    {
        const int kept = 4096;
        if (bytes > kept) return new byte[bytes];
        if (scratch.Length == 0) scratch = new byte[kept];
        return scratch.AsSpan(0, bytes);
    }
}
