using NetMQ.HighAvailability.Fuzz.Wire;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Wire;

public sealed class GreetingTests
{
    private static readonly CurveKeyPair Keys = CurveKeyPair.New();

    public static TheoryData<string> Ends => ["NULL", "CURVE server", "CURVE client"];

    [Fact]
    public void Our_greeting_is_that_of_zmtp_3_1()
    {
        using var plain = WireEnd.Null(SocketKind.Router);
        using var server = WireEnd.CurveServer(SocketKind.Router, Keys);
        using var client = WireEnd.CurveClient(SocketKind.Dealer, CurveKeyPair.New(), Keys.PublicKey);

        plain.Send().Should().Equal([0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F, 3, 1, .. "NULL"u8, .. new byte[16], 0, .. new byte[31]]);
        server.Send().Should().Equal([0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F, 3, 1, .. "CURVE"u8, .. new byte[15], 1, .. new byte[31]]);
        client.Send().Should().Equal([0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F, 3, 1, .. "CURVE"u8, .. new byte[15], 0, .. new byte[31]]);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void No_prefix_of_a_good_greeting_is_refused_and_nothing_is_sent_for_it(string which)
    {
        var greeting = GoodFor(which);
        for (var length = 0; length < greeting.Length; length++)
        {
            using var end = Of(which);
            var own = end.Send().Length;
            end.Receive(greeting.AsSpan(0, length)).Fault.Should().Be(WireFault.None, "of {0} bytes", length);
            own.Should().Be(Greeting.Bytes);
            end.Wire.Output.Length.Should().Be(0);
            end.Wire.Needed.Should().Be(Greeting.Bytes);
        }
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void Zmtp_1_0_is_refused_at_its_second_byte(string which)
    {
        Refused(which, WireBytes.Zmtp1, 2, WireFault.OldVersion);
        Refused(which, [6, 0, .. "ident"u8], 2, WireFault.OldVersion);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void Zmtp_1_0_with_a_long_identity_is_refused_at_its_flags(string which) =>
        Refused(which, [0xFF, 0, 0, 0, 0, 0, 0, 1, 1, 0, .. new byte[256]], 10, WireFault.OldVersion);

    [Theory]
    [MemberData(nameof(Ends))]
    public void Zmtp_2_0_is_refused_at_its_revision(string which)
    {
        Refused(which, WireBytes.Zmtp2, 11, WireFault.OldVersion);
        Refused(which, WireBytes.Greeting(major: 2), 11, WireFault.OldVersion);
        Refused(which, WireBytes.Greeting(major: 0), 11, WireFault.OldVersion);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void Other_protocols_are_refused_by_their_first_bytes(string which)
    {
        Refused(which, [.. "GET / HTTP/1.1\r\n"u8], 2, WireFault.NotZmtp);
        Refused(which, [0x16, 3, 1, 2, 0, 1], 2, WireFault.NotZmtp); // TLS
        Refused(which, new byte[64], 1, WireFault.NotZmtp);
        Refused(which, [0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7D, 3], 10, WireFault.NotZmtp);
    }

    [Theory]
    [InlineData("NULL", "CURVE")]
    [InlineData("NULL", "PLAIN")]
    [InlineData("NULL", "NULLS")]
    [InlineData("NULL", "")]
    [InlineData("CURVE server", "NULL")]
    [InlineData("CURVE server", "PLAIN")]
    [InlineData("CURVE client", "NULL")]
    [InlineData("CURVE client", "CURVES")]
    public void Another_mechanism_is_refused_once_the_greeting_is_whole(string which, string mechanism) =>
        Refused(which, WireBytes.Greeting(mechanism, asServer: which == "CURVE client"), Greeting.Bytes, WireFault.WrongMechanism);

    [Fact]
    public void Two_servers_of_a_mechanism_refuse_each_other() =>
        Refused("CURVE server", WireBytes.Greeting("CURVE", asServer: true), Greeting.Bytes, WireFault.WrongMechanism);

    [Fact]
    public void A_client_takes_a_server_that_does_not_say_that_it_is_one()
    {
        // As libzmq's: it leaves that byte at 0 in either role.
        using var client = Of("CURVE client");
        client.Receive(WireBytes.Greeting("CURVE")).Fault.Should().Be(WireFault.None);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void Whether_the_peer_is_a_server_is_yes_or_no(string which)
    {
        var greeting = GoodFor(which);
        greeting[32] = 2;
        Refused(which, greeting, Greeting.Bytes, WireFault.Malformed);
    }

    [Theory]
    [InlineData(3, 0, false)]
    [InlineData(3, 1, true)]
    [InlineData(3, 7, true)]
    [InlineData(4, 0, true)]
    [InlineData(255, 255, true)]
    public void Version_3_0_and_every_higher_one_is_taken(byte major, byte minor, bool hasCommands)
    {
        using var end = Of("NULL");

        end.Receive(WireBytes.Greeting(major: major, minor: minor)).Fault.Should().Be(WireFault.None);

        end.Wire.PeerHasCommands.Should().Be(hasCommands);
    }

    [Fact]
    public void What_a_greeting_has_between_what_is_defined_does_not_matter()
    {
        using var end = Of("NULL");
        var greeting = WireBytes.Greeting();
        greeting.AsSpan(1, 8).Fill(0xA5);
        greeting.AsSpan(33).Fill(0xA5);

        end.Receive(greeting).Fault.Should().Be(WireFault.None);
    }

    private static void Refused(string which, byte[] bytes, int at, WireFault fault)
    {
        using var slow = Of(which);
        slow.Receive(bytes.AsSpan(0, at - 1), chunk: 1).Fault.Should().Be(WireFault.None, "it is not known yet");
        slow.Receive(bytes[at - 1]).Fault.Should().Be(fault);
        using var fast = Of(which);
        fast.Receive(bytes).Fault.Should().Be(fault);
        fast.Wire.PassedHandshake.Should().BeFalse();
        fast.Send().Should().HaveCount(Greeting.Bytes, "nothing is answered");
    }

    private static byte[] GoodFor(string which) => which == "NULL" ? WireBytes.Greeting() : WireBytes.Greeting("CURVE", asServer: which == "CURVE client");

    private static WireEnd Of(string which) => which switch
    {
        "NULL" => WireEnd.Null(SocketKind.Router),
        "CURVE server" => WireEnd.CurveServer(SocketKind.Router, Keys),
        _ => WireEnd.CurveClient(SocketKind.Dealer, CurveKeyPair.New(), Keys.PublicKey),
    };
}
