using NetMQ.HighAvailability.Fuzz.Wire;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Wire;

/// <summary>The handshake without security, of ours with ours and with a peer that does as it likes.</summary>
public sealed class NullHandshakeTests
{
    public static TheoryData<int, int> FittingKinds
    {
        get
        {
            var pairs = new TheoryData<int, int>();
            foreach (var (own, other) in new[]
                {
                    (SocketKind.Pub, SocketKind.Sub), (SocketKind.Pub, SocketKind.XSub), (SocketKind.XPub, SocketKind.Sub), (SocketKind.Sub, SocketKind.Pub),
                    (SocketKind.Sub, SocketKind.XPub), (SocketKind.Router, SocketKind.Dealer), (SocketKind.Router, SocketKind.Req), (SocketKind.Router, SocketKind.Router),
                    (SocketKind.Dealer, SocketKind.Router), (SocketKind.Dealer, SocketKind.Dealer), (SocketKind.Dealer, SocketKind.Rep),
                })
            {
                pairs.Add((int)own, (int)other);
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(FittingKinds))]
    public void Socket_types_that_fit_are_connected(int own, int other)
    {
        using var end = WireEnd.Null((SocketKind)own);

        end.Receive([.. WireBytes.Greeting(), .. WireBytes.Ready((SocketKind)other)]);

        end.Wire.IsReady.Should().BeTrue();
        end.Wire.Peer.Kind.Should().Be((SocketKind)other);
        end.Wire.PeerKey.Should().BeNull();
    }

    [Fact]
    public void All_other_pairs_of_socket_types_are_refused()
    {
        var fitting = FittingKinds.Select(row => (row.Data.Item1, row.Data.Item2)).ToHashSet();
        foreach (var own in new[] { SocketKind.Pub, SocketKind.Sub, SocketKind.Router, SocketKind.Dealer })
        {
            for (var other = SocketKind.Unknown; other <= SocketKind.Rep; other++)
            {
                if (fitting.Contains(((int)own, (int)other)) || (own, other) == (SocketKind.Pub, SocketKind.XSub)) continue;
                using var end = WireEnd.Null(own);
                end.Receive([.. WireBytes.Greeting(), .. WireBytes.Ready(other)]).Fault.Should().Be(WireFault.WrongSocketType, "of {0} and {1}", own, other);
                end.Wire.PassedHandshake.Should().BeFalse();
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public void Ours_meets_ours_in_chunks_of_any_size(int chunk)
    {
        using var router = WireEnd.Null(SocketKind.Router);
        using var dealer = WireEnd.Null(SocketKind.Dealer, [.. "me"u8]);

        WireEnd.Exchange(router, dealer, chunk);

        router.Wire.IsReady.Should().BeTrue();
        dealer.Wire.IsReady.Should().BeTrue();
        router.Wire.PeerHasCommands.Should().BeTrue();
        router.Wire.Peer.Identity.Should().Equal("me"u8.ToArray());
    }

    [Fact]
    public void Ready_is_sent_once_the_greeting_has_come()
    {
        using var dealer = WireEnd.Null(SocketKind.Dealer, [.. "me"u8]);
        dealer.Send();

        dealer.Receive(WireBytes.Greeting());

        dealer.Send().Should().Equal(WireBytes.Ready(SocketKind.Dealer, "me"u8));
    }

    [Theory]
    [InlineData(new byte[] { 4, 0 })]                               // an empty command
    [InlineData(new byte[] { 4, 1, 0 })]                            // without a name
    [InlineData(new byte[] { 4, 3, 5, 82, 69 })]                    // a name longer than the command
    [InlineData(new byte[] { 0, 6, 5, 82, 69, 65, 68, 89 })]        // a frame of a message
    [InlineData(new byte[] { 5, 6, 5, 82, 69, 65, 68, 89 })]        // a command that others follow
    [InlineData(new byte[] { 0xFF, 0xFF })]
    public void What_is_no_command_before_the_handshake_is_malformed(byte[] bytes) => Refused(WireFault.Malformed, bytes);

    [Theory]
    [InlineData("HELLO")]
    [InlineData("PING")]
    [InlineData("SUBSCRIBE")]
    [InlineData("READYS")]
    [InlineData("ready")]
    public void Only_ready_completes_a_handshake(string name) => Refused(WireFault.Malformed, WireBytes.Command(name, 0, 0));

    [Fact]
    public void A_property_that_claims_a_length_of_minus_1_is_malformed()
    {
        var ready = WireBytes.Command("READY", [11, .. "Socket-Type"u8, 0xFF, 0xFF, 0xFF, 0xFF]);
        Refused(WireFault.Malformed, ready);
    }

    [Fact]
    public void A_refusal_is_taken_as_one() => Refused(WireFault.RefusedByPeer, WireBytes.Command("ERROR", [4, .. "no!!"u8]));

    [Theory]
    [InlineData("Socket-Type")]
    [InlineData("X")]
    public void Ready_without_a_socket_type_we_know_fits_nothing(string name) => Refused(WireFault.WrongSocketType, WireBytes.Command("READY", WireBytes.Property(name, "STREAM"u8)));

    [Fact]
    public void An_identity_of_ours_is_reserved_with_a_router_alone()
    {
        Refused(WireFault.ReservedIdentity, WireBytes.Ready(SocketKind.Dealer, 0, 0, 0, 0, 1));
        Refused(WireFault.ReservedIdentity, WireBytes.Ready(SocketKind.Dealer, 0));

        using var dealer = WireEnd.Null(SocketKind.Dealer);
        dealer.Receive([.. WireBytes.Greeting(), .. WireBytes.Ready(SocketKind.Router, 0, 1)]).Wire.IsReady.Should().BeTrue();
        using var router = WireEnd.Null(SocketKind.Router);
        router.Receive([.. WireBytes.Greeting(), .. WireBytes.Ready(SocketKind.Dealer, 1, 0)]).Wire.IsReady.Should().BeTrue();
    }

    [Fact]
    public void An_identity_of_more_than_255_bytes_is_malformed()
    {
        using var router = WireEnd.Null(SocketKind.Router);
        router.Receive([.. WireBytes.Greeting(), .. WireBytes.Ready(SocketKind.Dealer, [1, .. new byte[254]])]).Wire.IsReady.Should().BeTrue();

        Refused(WireFault.Malformed, WireBytes.Command("READY", [.. WireBytes.Property("Socket-Type", "DEALER"u8), .. WireBytes.Property("Identity", [1, .. new byte[255]])]));
    }

    [Fact]
    public void A_command_of_the_handshake_has_at_most_1024_bytes()
    {
        using var router = WireEnd.Null(SocketKind.Router);
        router.Receive([.. WireBytes.Greeting(), .. ReadyOf(WireLimits.MaxCommandBytes)]).Wire.IsReady.Should().BeTrue();

        Refused(WireFault.TooLarge, ReadyOf(WireLimits.MaxCommandBytes + 1));
        Refused(WireFault.TooLarge, WireBytes.LongHeader(6, WireLimits.MaxCommandBytes + 1));
        Refused(WireFault.TooLarge, WireBytes.LongHeader(6, ulong.MaxValue));
        Refused(WireFault.TooLarge, WireBytes.LongHeader(6, 1UL << 63));
    }

    [Fact]
    public void The_handshake_is_passed_only_by_a_ready_that_is_in_order()
    {
        using var end = WireEnd.Null(SocketKind.Router);
        end.Receive([.. WireBytes.Greeting(), .. WireBytes.Command("READY", 1)]).Fault.Should().Be(WireFault.Malformed);
        end.Wire.PassedHandshake.Should().BeFalse();

        using var other = WireEnd.Null(SocketKind.Router);
        other.Receive([.. WireBytes.Greeting(), .. WireBytes.Ready(SocketKind.Dealer), 0xFF, 0xFF]).Fault.Should().Be(WireFault.Malformed);
        other.Wire.PassedHandshake.Should().BeTrue();
        other.Wire.IsReady.Should().BeFalse();
    }

    [Fact]
    public void After_its_end_nothing_is_read()
    {
        using var end = WireEnd.Null(SocketKind.Router);
        end.Receive([4, 0]);
        end.Receive([.. WireBytes.Greeting(), .. WireBytes.Ready(SocketKind.Dealer), .. WireBytes.Frame("a"u8)]);
        end.Taken.Should().BeEmpty();

        using var disposed = WireEnd.Null(SocketKind.Router);
        disposed.Dispose();
        disposed.Wire.Read(WireBytes.Greeting(), out _).Should().Be(WireItem.Fault);
    }

    private static byte[] ReadyOf(int bytes)
    {
        byte[] known = [.. WireBytes.Property("Socket-Type", "DEALER"u8)];
        return WireBytes.Command("READY", [.. known, .. WireBytes.Property("X", new byte[bytes - "\u0005READY"u8.Length - known.Length - WireBytes.Property("X").Length])]);
    }

    private static void Refused(WireFault fault, byte[] afterGreeting)
    {
        using var end = WireEnd.Null(SocketKind.Router);
        end.Receive([.. WireBytes.Greeting(), .. afterGreeting]).Fault.Should().Be(fault);
        end.Wire.PassedHandshake.Should().BeFalse();
        end.Wire.IsReady.Should().BeFalse();
        using var slow = WireEnd.Null(SocketKind.Router);
        slow.Receive([.. WireBytes.Greeting(), .. afterGreeting], chunk: 1).Fault.Should().Be(fault);
    }
}
