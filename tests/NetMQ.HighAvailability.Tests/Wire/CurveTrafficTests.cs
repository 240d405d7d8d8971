using NetMQ.HighAvailability.Fuzz.Wire;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Wire;

/// <summary>What an attacker on the way makes of sealed frames.</summary>
public sealed class CurveTrafficTests
{
    [Fact]
    public void A_replayed_frame_is_refused()
    {
        using var pair = new ReadyPair(curve: true);
        var frame = pair.Frame("a"u8);
        pair.Server.Receive(frame).Fault.Should().Be(WireFault.None);

        pair.Server.Receive(frame).Fault.Should().Be(WireFault.WrongKey);

        pair.Server.Frames.Should().ContainSingle();
    }

    [Fact]
    public void Reordered_frames_are_refused()
    {
        using var pair = new ReadyPair(curve: true);
        var first = pair.Frame("a"u8);
        var second = pair.Frame("b"u8);

        pair.Server.Receive([.. second, .. first]).Fault.Should().Be(WireFault.WrongKey);

        pair.Server.Frames.Should().ContainSingle().Which.Should().Equal((byte)'b');
    }

    [Fact]
    public void A_frame_is_refused_that_was_altered_at_any_byte()
    {
        using var pair = new ReadyPair(curve: true);
        for (var position = 0; ; position++)
        {
            using var other = new ReadyPair(curve: true);
            var frame = other.Frame("abc"u8);
            if (position == frame.Length) break;
            frame[position] ^= 1;
            other.Server.Receive([.. frame, .. new byte[300]]).Fault.Should().BeOneOf(WireFault.WrongKey, WireFault.Malformed);
            other.Server.Taken.Should().BeEmpty("of byte {0}", position);
        }
    }

    [Fact]
    public void A_frame_is_refused_that_was_cut_short()
    {
        for (var cut = 1; cut <= CurveSession.Overhead + 3; cut++)
        {
            using var pair = new ReadyPair(curve: true);
            var frame = pair.Frame("abc"u8);

            pair.Server.Receive(WireBytes.Frame(frame.AsSpan(2, frame.Length - 2 - cut)));

            pair.Server.Fault.Should().Be(cut <= 3 ? WireFault.WrongKey : WireFault.Malformed, "of {0} bytes fewer", cut);
            pair.Server.Taken.Should().BeEmpty();
        }
    }

    [Fact]
    public void A_frame_of_ours_that_comes_back_is_refused()
    {
        using var pair = new ReadyPair(curve: true);
        pair.Server.Wire.WriteFrame("a"u8, more: false);
        pair.Server.Wire.WriteFrame("b"u8, more: false);
        pair.Server.Wire.WriteFrame("c"u8, more: false);

        pair.Server.Receive(pair.Server.Send()).Fault.Should().Be(WireFault.WrongKey);
    }

    [Fact]
    public void A_frame_of_another_connection_with_the_same_keys_is_refused()
    {
        var (serverKeys, clientKeys) = (CurveKeyPair.New(), CurveKeyPair.New());
        using var server = WireEnd.CurveServer(SocketKind.Router, serverKeys);
        using var client = WireEnd.CurveClient(SocketKind.Dealer, clientKeys, serverKeys.PublicKey);
        WireEnd.Exchange(server, client);
        using var otherServer = WireEnd.CurveServer(SocketKind.Router, serverKeys);
        using var otherClient = WireEnd.CurveClient(SocketKind.Dealer, clientKeys, serverKeys.PublicKey);
        WireEnd.Exchange(otherServer, otherClient);
        client.Wire.WriteFrame("a"u8, more: false);

        otherServer.Receive(client.Send()).Fault.Should().Be(WireFault.WrongKey);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_plain_frame_or_command_after_the_handshake_is_malformed(bool isCommand)
    {
        foreach (var body in new[] { [], WireBytes.CommandBody("PING", 0, 0), new byte[100], WireBytes.CommandBody("MESSAGE"), WireBytes.CommandBody("ERROR", 0) })
        {
            using var pair = new ReadyPair(curve: true);
            pair.Server.Receive(WireBytes.Frame(body, isCommand: isCommand)).Fault.Should().Be(WireFault.Malformed);
            pair.Server.Wire.Output.Length.Should().Be(0);
        }
    }

    [Fact]
    public void That_more_frames_follow_is_sealed_and_cannot_be_added()
    {
        using var pair = new ReadyPair(curve: true);
        var frame = pair.Frame("a"u8);
        frame[0] |= 1;

        pair.Server.Receive(frame).Fault.Should().Be(WireFault.Malformed);
    }

    [Fact]
    public void Sealed_flags_that_mean_nothing_are_malformed()
    {
        // The highest nonce of all is the last one.
        using var box = new NaCl.XSalsa20Poly1305(new byte[32]);
        foreach (byte flags in (byte[])[4, 8, 0x80, 0xFF])
        {
            using var session = new CurveSession(new NaCl.XSalsa20Poly1305(new byte[32]), isServer: true, ownNonce: 1, peerNonce: 2);
            byte[] body = [.. Commands.Message, .. Enumerable.Repeat((byte)0xFF, 8), .. new byte[17]];
            box.Encrypt(body.AsSpan(16), [flags], [.. "CurveZMQMESSAGEC"u8, .. Enumerable.Repeat((byte)0xFF, 8)]);
            session.Open(body, out _, out _, out _, out _).Should().Be(WireFault.Malformed);
        }
    }

    [Fact]
    public void After_the_last_number_no_frame_is_taken()
    {
        using var box = new NaCl.XSalsa20Poly1305(new byte[32]);
        using var session = new CurveSession(new NaCl.XSalsa20Poly1305(new byte[32]), isServer: true, ownNonce: 1, peerNonce: 2);
        byte[] Sealed(ulong number)
        {
            byte[] body = [.. Commands.Message, .. new byte[8 + 17]];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(body.AsSpan(8), number);
            box.Encrypt(body.AsSpan(16), [0], [.. "CurveZMQMESSAGEC"u8, .. body.AsSpan(8, 8)]);
            return body;
        }

        session.Open(Sealed(2), out _, out _, out _, out _).Should().Be(WireFault.WrongKey);
        session.Open(Sealed(3), out _, out var length, out _, out _).Should().Be(WireFault.None);
        length.Should().Be(0);
        session.Open(Sealed(ulong.MaxValue), out _, out _, out _, out _).Should().Be(WireFault.None);
        session.Open(Sealed(ulong.MaxValue), out _, out _, out _, out _).Should().Be(WireFault.WrongKey);
        session.Open(Sealed(0), out _, out _, out _, out _).Should().Be(WireFault.WrongKey);
    }

    [Fact]
    public void Nothing_of_a_body_can_be_read_on_the_way()
    {
        using var pair = new ReadyPair(curve: true);
        var secret = "a request that is nobody's business"u8.ToArray();

        var frame = pair.Frame(secret);

        frame.AsSpan().IndexOf(secret.AsSpan(0, 4)).Should().Be(-1);
        pair.Frame(secret).Should().NotEqual(frame, "each is sealed with a number of its own");
    }
}
