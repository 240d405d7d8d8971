using NetMQ.HighAvailability.Fuzz.Wire;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Wire;

/// <summary>What a client can forge that knows the protocol and the public keys, and a secret key that is not the one it claims.</summary>
public sealed class CurveForgeryTests
{
    private static readonly CurveKeyPair ServerKeys = CurveKeyPair.New();
    private static readonly CurveKeyPair Victim = CurveKeyPair.New();

    [Fact]
    public void A_client_that_is_all_true_is_served()
    {
        var client = new ForgedClient(ServerKeys.PublicKey);

        using var server = Served(client);

        server.Wire.IsReady.Should().BeTrue();
        server.Wire.PeerKey.Should().Equal(client.Own.PublicKey);
    }

    [Fact]
    public void Metadata_may_be_as_long_as_the_command_allows()
    {
        const int others = 9 + 96 + 8 + 16 + 32 + 96; // of INITIATE
        byte[] known = [.. WireBytes.Property("Socket-Type", "DEALER"u8)];
        byte[] MetadataOf(int bytes) => [.. known, .. WireBytes.Property("X", new byte[bytes - known.Length - 6])];

        using var server = Served(new ForgedClient(ServerKeys.PublicKey) { Metadata = MetadataOf(WireLimits.MaxCommandBytes - others) });
        server.Wire.IsReady.Should().BeTrue();

        Refused(new ForgedClient(ServerKeys.PublicKey) { Metadata = MetadataOf(WireLimits.MaxCommandBytes - others + 1) }, WireFault.TooLarge);
    }

    [Fact]
    public void Metadata_may_be_missing_and_then_fits_nothing() =>
        Refused(new ForgedClient(ServerKeys.PublicKey) { Metadata = [] }, WireFault.WrongSocketType);

    [Fact]
    public void Anothers_key_cannot_be_claimed_with_ones_own_secret() =>
        Refused(new ForgedClient(ServerKeys.PublicKey) { Own = Victim with { SecretKey = CurveKeyPair.New().SecretKey } }, WireFault.WrongKey);

    [Fact]
    public void Anothers_key_cannot_be_claimed_with_the_secret_of_the_connection()
    {
        var transient = CurveKeyPair.New();
        Refused(new ForgedClient(ServerKeys.PublicKey) { Own = Victim, Transient = transient, VouchSecret = transient.SecretKey }, WireFault.WrongKey);
    }

    [Fact]
    public void A_vouch_for_another_connection_is_refused() =>
        Refused(new ForgedClient(ServerKeys.PublicKey) { VouchedTransient = CurveKeyPair.New().PublicKey }, WireFault.WrongKey);

    [Fact]
    public void A_vouch_for_another_server_is_refused() =>
        Refused(new ForgedClient(ServerKeys.PublicKey) { VouchedServer = CurveKeyPair.New().PublicKey }, WireFault.WrongKey);

    [Theory]
    [InlineData(5, 5)]
    [InlineData(5, 4)]
    [InlineData(ulong.MaxValue, 0)]
    public void A_number_that_does_not_rise_is_refused(ulong hello, ulong initiate) =>
        Refused(new ForgedClient(ServerKeys.PublicKey) { HelloNumber = hello, InitiateNumber = initiate }, WireFault.WrongKey);

    [Fact]
    public void Numbers_may_begin_anywhere()
    {
        using var server = Served(new ForgedClient(ServerKeys.PublicKey) { HelloNumber = 700, InitiateNumber = 900 });
        server.Wire.IsReady.Should().BeTrue();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 0)]
    [InlineData(1, 1)]
    public void Another_version_of_curve_is_malformed(byte major, byte minor) =>
        Refused(new ForgedClient(ServerKeys.PublicKey) { Version = [major, minor] }, WireFault.Malformed);

    [Fact]
    public void A_hello_that_seals_something_is_malformed() =>
        Refused(new ForgedClient(ServerKeys.PublicKey) { Zeros = [.. new byte[63], 1] }, WireFault.Malformed);

    [Fact]
    public void A_hello_that_is_too_long_is_malformed() =>
        Refused(new ForgedClient(ServerKeys.PublicKey) { Padding = [0] }, WireFault.Malformed);

    [Fact]
    public void An_initiate_without_a_whole_vouch_is_malformed()
    {
        for (var cut = 1; cut <= 128; cut++) Refused(new ForgedClient(ServerKeys.PublicKey) { Metadata = [], Cut = cut }, WireFault.Malformed);
    }

    [Fact]
    public void A_message_has_a_higher_number_than_the_handshake()
    {
        foreach (var (before, fault) in new[] { (-1, WireFault.WrongKey), (0, WireFault.None) })
        {
            var client = new ForgedClient(ServerKeys.PublicKey);
            using var server = Served(client);
            using var session = new CurveSession(
                new NaCl.Curve25519XSalsa20Poly1305(client.Transient.SecretKey, client.ServerTransient), isServer: false, (ulong)((long)client.InitiateNumber + before), peerNonce: 1);
            using var output = new OutputBuffer();
            session.Seal(output, "a"u8, more: false, isCommand: false);
            server.Receive(output.Waiting).Fault.Should().Be(fault);
        }
    }

    [Fact]
    public void A_cookie_of_another_connection_is_refused()
    {
        var client = new ForgedClient(ServerKeys.PublicKey);
        using var one = NewServer();
        using var other = NewServer();
        one.Receive([.. WireBytes.Greeting("CURVE"), .. client.Hello()]);
        other.Receive([.. WireBytes.Greeting("CURVE"), .. client.Hello()]);
        var welcome = one.Send()[Greeting.Bytes..];

        other.Receive(client.Initiate(welcome)).Fault.Should().Be(WireFault.WrongKey);

        one.Receive(client.Initiate(welcome)).Wire.IsReady.Should().BeTrue();
    }

    [Fact]
    public void A_hello_is_answered_by_fewer_bytes_than_it_has()
    {
        var client = new ForgedClient(ServerKeys.PublicKey);
        byte[] bytes = [.. WireBytes.Greeting("CURVE"), .. client.Hello()];
        using var server = NewServer();

        server.Receive(bytes);

        server.Send().Length.Should().BeLessThan(bytes.Length, "what is answered is shorter than what was asked");
    }

    private static WireEnd NewServer() => WireEnd.CurveServer(SocketKind.Router, ServerKeys);

    private static void Refused(ForgedClient client, WireFault fault)
    {
        using var server = Served(client);
        server.Fault.Should().Be(fault);
        server.Wire.PassedHandshake.Should().BeFalse();
    }

    private static WireEnd Served(ForgedClient client)
    {
        var server = NewServer();
        server.Receive([.. WireBytes.Greeting("CURVE"), .. client.Hello()]);
        if (server.Fault == WireFault.None) server.Receive(client.Initiate(server.Send()[Greeting.Bytes..]));
        return server;
    }
}
