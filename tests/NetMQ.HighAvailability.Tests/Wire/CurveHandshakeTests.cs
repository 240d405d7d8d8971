using NetMQ.HighAvailability.Fuzz.Wire;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Wire;

/// <summary>The CURVE handshake, of ours with ours, and with what an attacker makes of it.</summary>
public sealed class CurveHandshakeTests
{
    private const int Hello = 0;
    private const int Welcome = 1;
    private const int Initiate = 2;
    private const int Ready = 3;

    private static readonly CurveKeyPair ServerKeys = CurveKeyPair.New();
    private static readonly CurveKeyPair ClientKeys = CurveKeyPair.New();

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(int.MaxValue)]
    public void Both_sides_prove_their_keys_and_tell_about_themselves(int chunk)
    {
        using var server = NewServer();
        using var client = NewClient(identity: [.. "me"u8]);

        WireEnd.Exchange(server, client, chunk);

        server.Wire.IsReady.Should().BeTrue();
        client.Wire.IsReady.Should().BeTrue();
        server.Wire.PeerKey.Should().Equal(ClientKeys.PublicKey);
        client.Wire.PeerKey.Should().Equal(ServerKeys.PublicKey);
        server.Wire.Peer.Kind.Should().Be(SocketKind.Dealer);
        server.Wire.Peer.Identity.Should().Equal("me"u8.ToArray());
        client.Wire.Peer.Kind.Should().Be(SocketKind.Router);
    }

    [Fact]
    public void The_commands_have_the_sizes_of_the_specification()
    {
        var sizes = new int[4];
        byte[] identity = [1, .. new byte[254]];
        using var server = NewServer();
        using var client = NewClient(identity);

        Exchange(server, client, (which, bytes) =>
        {
            FrameHeader.TryRead(bytes, out var header);
            sizes[which] = (int)header.BodyBytes;
            return bytes;
        });

        sizes.Should().Equal(200, 168, 257 + Metadata.Write(SocketKind.Dealer, identity).Length, 30 + Metadata.Write(SocketKind.Router, []).Length);
        sizes.Should().OnlyContain(size => size < WireLimits.MaxCommandBytes);
    }

    [Fact]
    public void A_client_with_another_servers_key_is_refused_at_its_hello()
    {
        using var server = NewServer();
        using var client = WireEnd.CurveClient(SocketKind.Dealer, ClientKeys, CurveKeyPair.New().PublicKey);

        WireEnd.Exchange(server, client);

        server.Fault.Should().Be(WireFault.WrongKey);
        server.Wire.PassedHandshake.Should().BeFalse();
        client.Wire.IsReady.Should().BeFalse();
    }

    [Fact]
    public void An_impostor_without_the_servers_secret_cannot_welcome()
    {
        // It can open nothing, but it may answer what it likes.
        using var client = NewClient();
        client.Receive(WireBytes.Greeting("CURVE", asServer: true));

        client.Receive(WireBytes.Command("WELCOME", new byte[160])).Fault.Should().Be(WireFault.WrongKey);
    }

    [Theory]
    [InlineData(159)]
    [InlineData(161)]
    [InlineData(0)]
    public void A_welcome_of_another_size_is_malformed(int bytes)
    {
        using var client = NewClient();
        client.Receive(WireBytes.Greeting("CURVE", asServer: true));

        client.Receive(WireBytes.Command("WELCOME", new byte[bytes])).Fault.Should().Be(WireFault.Malformed);
    }

    [Fact]
    public void Ready_before_the_welcome_is_malformed()
    {
        using var client = NewClient();
        client.Receive(WireBytes.Greeting("CURVE", asServer: true));

        client.Receive(WireBytes.Command("READY", new byte[60])).Fault.Should().Be(WireFault.Malformed);

        client.Wire.IsReady.Should().BeFalse();
    }

    [Fact]
    public void Each_side_takes_only_the_command_whose_turn_it_is()
    {
        foreach (var name in new[] { "INITIATE", "READY", "WELCOME", "MESSAGE", "PING", "SUBSCRIBE" })
        {
            using var server = NewServer();
            server.Receive(WireBytes.Greeting("CURVE"));
            server.Receive(WireBytes.Command(name, new byte[300])).Fault.Should().Be(WireFault.Malformed, "of {0}", name);
        }

        foreach (var name in new[] { "HELLO", "WELCOME", "READY", "MESSAGE" })
        {
            using var server = NewServer();
            using var client = NewClient();
            UpToWelcome(server, client);
            server.Receive(WireBytes.Command(name, new byte[194])).Fault.Should().Be(WireFault.Malformed, "of {0}", name);
            UpToInitiate(server, client);
            client.Receive(WireBytes.Command(name == "READY" ? "INITIATE" : name, new byte[160])).Fault.Should().Be(WireFault.Malformed, "of {0}", name);
        }
    }

    [Fact]
    public void A_refusal_is_taken_as_one_in_each_phase()
    {
        var error = WireBytes.Command("ERROR", 3, 4, 0, 0);
        using var server = NewServer();
        using var client = NewClient();
        UpToWelcome(server, client);
        server.Receive(error).Fault.Should().Be(WireFault.RefusedByPeer);
        UpToInitiate(server, client);
        client.Receive(error).Fault.Should().Be(WireFault.RefusedByPeer);

        using var early = NewClient();
        early.Receive([.. WireBytes.Greeting("CURVE", asServer: true), .. error]).Fault.Should().Be(WireFault.RefusedByPeer);
        using var earlyServer = NewServer();
        earlyServer.Receive([.. WireBytes.Greeting("CURVE"), .. error]).Fault.Should().Be(WireFault.RefusedByPeer);
    }

    [Fact]
    public void Only_a_client_of_the_list_is_served()
    {
        var seen = new List<byte[]>();
        bool IsAllowed(ReadOnlySpan<byte> key)
        {
            seen.Add(key.ToArray());
            return key.SequenceEqual(ClientKeys.PublicKey);
        }

        using var server = WireEnd.CurveServer(SocketKind.Router, ServerKeys, IsAllowed);
        using var client = NewClient();
        WireEnd.Exchange(server, client);
        server.Wire.IsReady.Should().BeTrue();

        using var refusing = WireEnd.CurveServer(SocketKind.Router, ServerKeys, IsAllowed);
        var stranger = CurveKeyPair.New();
        using var other = WireEnd.CurveClient(SocketKind.Dealer, stranger, ServerKeys.PublicKey);
        WireEnd.Exchange(refusing, other);

        refusing.Fault.Should().Be(WireFault.KeyNotAllowed);
        refusing.Wire.PeerKey.Should().BeNull();
        other.Wire.IsReady.Should().BeFalse();
        seen.Should().HaveCount(2);
        seen[1].Should().Equal(stranger.PublicKey);
    }

    [Fact]
    public void A_client_that_claims_anothers_key_is_refused()
    {
        // It knows the public key of a client that is served, and not the secret one: its vouch is sealed with its own.
        var thief = new CurveKeyPair(CurveKeyPair.New().SecretKey, ClientKeys.PublicKey);
        var asked = false;
        using var server = WireEnd.CurveServer(SocketKind.Router, ServerKeys, _ => asked = true);
        using var client = WireEnd.CurveClient(SocketKind.Dealer, thief, ServerKeys.PublicKey);

        WireEnd.Exchange(server, client);

        server.Fault.Should().Be(WireFault.WrongKey);
        asked.Should().BeFalse("nobody has proved that key");
    }

    [Fact]
    public void An_initiate_of_another_connection_is_refused()
    {
        using var server = NewServer();
        using var client = NewClient();
        UpToWelcome(server, client);
        UpToInitiate(server, client);
        var initiate = client.Send();
        using var otherServer = NewServer();
        using var otherClient = NewClient();
        UpToWelcome(otherServer, otherClient);

        otherServer.Receive(initiate).Fault.Should().Be(WireFault.WrongKey);

        server.Receive(initiate).Wire.IsReady.Should().BeTrue();
    }

    [Fact]
    public void A_hello_may_be_recorded_and_sent_again_and_gains_nothing()
    {
        using var client = NewClient();
        client.Send();
        client.Receive(WireBytes.Greeting("CURVE", asServer: true));
        var hello = client.Send();
        for (var i = 0; i < 2; i++)
        {
            using var server = NewServer();
            server.Receive([.. WireBytes.Greeting("CURVE"), .. hello]).Fault.Should().Be(WireFault.None);
            server.Receive(hello).Fault.Should().Be(WireFault.Malformed);
        }
    }

    [Theory]
    [InlineData(Hello)]
    [InlineData(Welcome)]
    [InlineData(Initiate)]
    [InlineData(Ready)]
    public void Altered_at_any_byte_a_handshake_is_refused(int altered)
    {
        var length = int.MaxValue;
        for (var position = 0; position < length; position++)
        {
            if (altered == Hello && position is >= 2 + 6 + 2 and < 2 + 6 + 2 + 72) continue; // HELLO's padding
            using var server = NewServer();
            using var client = NewClient();
            Exchange(server, client, (which, bytes) =>
            {
                if (which != altered) return bytes;
                length = bytes.Length;
                bytes[position] ^= 1;
                return bytes;
            });

            (altered is Hello or Initiate ? server : client).Wire.IsReady.Should().BeFalse("of byte {0}", position);
            (altered is Hello or Initiate ? server : client).Wire.PeerKey.Should().BeNull("of byte {0}", position);
        }
    }

    [Theory]
    [InlineData(Hello)]
    [InlineData(Welcome)]
    [InlineData(Initiate)]
    [InlineData(Ready)]
    public void A_shorter_or_longer_command_is_refused(int altered)
    {
        foreach (var change in new[] { -1000, -120, -97, -64, -48, -33, -32, -16, -9, -8, -1, 1, 8, 100 })
        {
            using var server = NewServer();
            using var client = NewClient();
            Exchange(server, client, (which, bytes) =>
            {
                if (which != altered) return bytes;
                FrameHeader.TryRead(bytes, out var header);
                var body = bytes[header.HeaderBytes..];
                Array.Resize(ref body, Math.Max(0, body.Length + change));
                return WireBytes.Frame(body, isCommand: true);
            });

            (altered is Hello or Initiate ? server : client).Fault.Should().BeOneOf(WireFault.Malformed, WireFault.WrongKey);
        }
    }

    [Fact]
    public void Keys_of_low_order_prove_nothing()
    {
        // With such a key the shared secret is known to everyone; it must not be taken for one that is served.
        foreach (var key in new[] { new byte[32], [1, .. new byte[31]] })
        {
            using var server = WireEnd.CurveServer(SocketKind.Router, ServerKeys, served => served.SequenceEqual(ClientKeys.PublicKey));
            using var client = WireEnd.CurveClient(SocketKind.Dealer, new CurveKeyPair(CurveKeyPair.New().SecretKey, key), ServerKeys.PublicKey);
            WireEnd.Exchange(server, client);
            server.Fault.Should().BeOneOf(WireFault.WrongKey, WireFault.KeyNotAllowed);
        }
    }

    [Fact]
    public void A_reserved_identity_and_a_wrong_socket_type_are_refused_with_keys_too()
    {
        using var server = NewServer();
        using var client = NewClient(identity: [0, 1]);
        WireEnd.Exchange(server, client);
        server.Fault.Should().Be(WireFault.ReservedIdentity);
        server.Wire.PassedHandshake.Should().BeFalse();

        using var publisher = WireEnd.CurveServer(SocketKind.Pub, ServerKeys);
        using var dealer = NewClient();
        WireEnd.Exchange(publisher, dealer);
        publisher.Fault.Should().Be(WireFault.WrongSocketType);
        dealer.Fault.Should().Be(WireFault.WrongSocketType);
    }

    [Fact]
    public void Metadata_of_a_client_or_server_that_is_broken_is_malformed()
    {
        using var server = NewServer();
        using var client = new WireEnd(SocketKind.Dealer, new CurveClient([1], ClientKeys, ServerKeys.PublicKey));
        WireEnd.Exchange(server, client);
        server.Fault.Should().Be(WireFault.Malformed);

        using var otherServer = new WireEnd(SocketKind.Router, new CurveServer([0], ServerKeys, null));
        using var otherClient = NewClient();
        WireEnd.Exchange(otherServer, otherClient);
        otherClient.Fault.Should().Be(WireFault.Malformed);
        otherClient.Wire.PassedHandshake.Should().BeFalse();
    }

    private static WireEnd NewServer() => WireEnd.CurveServer(SocketKind.Router, ServerKeys);

    private static WireEnd NewClient(byte[]? identity = null) => WireEnd.CurveClient(SocketKind.Dealer, ClientKeys, ServerKeys.PublicKey, identity);

    private static void UpToWelcome(WireEnd server, WireEnd client)
    {
        var greeting = client.Send();
        client.Receive(server.Send());
        server.Receive([.. greeting, .. client.Send()]);
    }

    private static void UpToInitiate(WireEnd server, WireEnd client) => client.Receive(server.Send());

    /// <summary>Exchanges the four commands, each of which may be changed on its way.</summary>
    private static void Exchange(WireEnd server, WireEnd client, Func<int, byte[], byte[]> onTheWay)
    {
        var greeting = client.Send();
        client.Receive(server.Send());
        server.Receive(greeting);
        for (var which = Hello; which <= Ready; which++)
        {
            var (from, to) = which is Hello or Initiate ? (client, server) : (server, client);
            var bytes = from.Send();
            if (bytes.Length == 0) return;
            to.Receive(onTheWay(which, bytes));
        }
    }
}
