using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Mandates;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>The rules about promises (6 to 8), on both sides of every limit. F is 2 s, the lease 10 s, and a node starts at zero.</summary>
public sealed class MandatePromiseTests
{
    private readonly Mandate mandate = Started(ArbiterPolicy.Quorum);

    [Fact]
    public void Who_receives_an_active_peer_takes_nothing_for_F_and_acknowledges_token_and_time()
    {
        Read(mandate, null, Ms(0));
        mandate.Receive(isActive: true, Stamp(4, sentAt: Ms(77_000)), Ms(1000));

        mandate.StampAt(Ms(1001)).Should().Be(new MandateStamp(4, Ms(1001), 4, Ms(77_000) + F * 0.98, BinaryStarMandate.None));
        mandate.MayTakeAt(Ms(1000) + F - Instant).Should().BeFalse();
        mandate.MayTakeAt(Ms(1000) + F).Should().BeTrue();
        mandate.StampAt(Ms(1000) + F).PromisedToken.Should().Be(0);
    }

    [Fact]
    public void The_newest_message_is_acknowledged_whatever_the_order_in_which_they_come()
    {
        mandate.Receive(isActive: true, Stamp(4, sentAt: Ms(500)), Ms(1000));
        mandate.Receive(isActive: true, Stamp(4, sentAt: Ms(400)), Ms(1001));
        mandate.Receive(isActive: true, Stamp(3, sentAt: Ms(900)), Ms(1002));
        mandate.StampAt(Ms(1003)).Should().BeEquivalentTo(new { PromisedToken = 4L, PromisedUntil = Ms(500) + F * 0.98 });

        mandate.Receive(isActive: true, Stamp(5, sentAt: Ms(10)), Ms(1004));
        mandate.StampAt(Ms(1005)).Should().BeEquivalentTo(new { PromisedToken = 5L, PromisedUntil = Ms(10) + F * 0.98 });
    }

    [Fact]
    public void An_acknowledgement_counts_for_98_hundredths_of_F_from_when_the_message_was_sent()
    {
        Take(mandate, Ms(0), Ms(1));
        mandate.Ask(ArbiterOperation.Relax, Ms(2));

        Acknowledge(mandate, sentAt: Ms(1000), at: Ms(1300));

        mandate.Until.Should().Be(Ms(1000) + F * 0.98);
        mandate.ServesBy(Ms(1300)).Should().Be(BinaryStarMandate.Peer);
        Acknowledge(mandate, sentAt: Ms(900), at: Ms(1400));
        mandate.Until.Should().Be(Ms(1000) + F * 0.98);
    }

    [Fact]
    public void How_long_a_promise_lasts_the_peer_says_and_never_longer_than_this_nodes_own_from_now()
    {
        Take(mandate, Ms(0), Ms(1));
        mandate.Ask(ArbiterOperation.Relax, Ms(2));

        mandate.Receive(isActive: false, new MandateStamp(1, Ms(5), 1, Ms(1500), BinaryStarMandate.None), Ms(1300));
        mandate.Until.Should().Be(Ms(1500), "its failover timeout is shorter");

        mandate.Receive(isActive: false, new MandateStamp(1, Ms(5), 1, Ms(90_000), BinaryStarMandate.None), Ms(1301));
        mandate.Until.Should().Be(Ms(1301) + F * 0.98);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    public void An_acknowledgement_of_another_term_counts_for_nothing(long token)
    {
        Take(mandate, Ms(0), Ms(1));
        var until = mandate.Until;

        mandate.Receive(isActive: false, new MandateStamp(1, Ms(5), token, Ms(2900), BinaryStarMandate.None), Ms(1300));

        mandate.Until.Should().Be(until);
        mandate.Memory.PeerUntil.Should().Be(TimeSpan.MinValue);
    }

    [Fact]
    public void An_active_node_promises_nothing()
    {
        Take(mandate, Ms(0), Ms(1));

        mandate.Receive(isActive: true, Stamp(1), Ms(10)).Should().Be(MandateNews.None);

        mandate.Memory.PromisedUntil.Should().Be(TimeSpan.MinValue);
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    public void A_message_of_no_active_peer_ends_the_promise_if_it_was_sent_after_that_term(long token, bool ends)
    {
        Read(mandate, null, Ms(0));
        mandate.Receive(isActive: true, Stamp(4), Ms(1000));

        mandate.Receive(isActive: false, Stamp(token), Ms(1100));

        mandate.MayTakeAt(Ms(1100)).Should().Be(ends);
        mandate.StampAt(Ms(1100)).PromisedToken.Should().Be(ends ? 0 : 4);
    }

    [Fact]
    public void A_promise_names_the_newest_term_until_it_is_over()
    {
        Read(mandate, null, Ms(0));
        mandate.Receive(isActive: true, Stamp(4), Ms(1000));
        mandate.Receive(isActive: true, Stamp(2), Ms(1100));
        mandate.Receive(isActive: false, Stamp(3), Ms(1200));
        mandate.MayTakeAt(Ms(1200)).Should().BeFalse();

        mandate.Receive(isActive: true, Stamp(2), Ms(1100) + F); // a new one
        mandate.Receive(isActive: false, Stamp(2), Ms(1200) + F);
        mandate.MayTakeAt(Ms(1200) + F).Should().BeTrue();
    }

    [Fact]
    public void A_new_process_has_promised_F_for_its_predecessor()
    {
        mandate.Memory.PromisedUntil.Should().Be(F);
        Started(ArbiterPolicy.Strict).Memory.PromisedUntil.Should().Be(TimeSpan.MinValue);
    }

    [Fact]
    public void A_record_that_is_not_the_peers_ends_the_promise_of_the_start()
    {
        Read(mandate, Claim(3, Primary, Others, TimeSpan.Zero), Ms(100));

        mandate.MayTakeAt(Ms(100)).Should().BeTrue();
    }

    [Fact]
    public void A_record_of_the_peers_says_for_which_term_the_promise_of_the_start_is()
    {
        Read(mandate, Claim(3, Backup, Others, TimeSpan.Zero), Ms(100));
        mandate.MayTakeAt(Ms(100)).Should().BeFalse();
        mandate.Receive(isActive: false, Stamp(2), Ms(200));
        mandate.MayTakeAt(Ms(200)).Should().BeFalse();

        mandate.Receive(isActive: false, Stamp(3), Ms(300));

        mandate.MayTakeAt(Ms(300)).Should().BeTrue();
    }

    [Fact]
    public void An_active_peer_received_since_the_start_keeps_its_promise_whosever_the_record_is()
    {
        mandate.Receive(isActive: true, Stamp(2), Ms(50));
        Read(mandate, Claim(3, Primary, Others, TimeSpan.Zero), Ms(100));

        mandate.MayTakeAt(Ms(50) + F - Instant).Should().BeFalse();
        mandate.Receive(isActive: false, Stamp(2), Ms(200)); // older than the record: perhaps before what was promised
        mandate.MayTakeAt(Ms(200)).Should().BeFalse();
        mandate.Receive(isActive: false, Stamp(3), Ms(300));
        mandate.MayTakeAt(Ms(300)).Should().BeTrue();
    }
}
