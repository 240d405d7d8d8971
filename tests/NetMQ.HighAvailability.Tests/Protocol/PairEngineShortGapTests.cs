using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>A gap of more than H/4 between turns: what was queued meanwhile may be outdated.</summary>
public class PairEngineShortGapTests
{
    [Theory]
    [InlineData(BinaryStarState.Primary)]
    [InlineData(BinaryStarState.Backup)]
    [InlineData(BinaryStarState.Active)]
    [InlineData(BinaryStarState.Yielding)]
    public void A_gap_of_more_than_a_quarter_heartbeat_purges_unless_passive(BinaryStarState state)
    {
        In(state).TryTurn(Ms(1125)).Should().BeFalse();
        In(state).TryTurn(Ms(1125) + Instant).Should().BeTrue();
    }

    [Fact]
    public void A_passive_node_keeps_receiving_after_gaps_of_up_to_a_heartbeat()
    {
        In(BinaryStarState.Passive).TryTurn(Ms(1500)).Should().BeFalse();
        In(BinaryStarState.Passive).TryTurn(Ms(1500) + Instant).Should().BeTrue();
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void A_short_gap_of_a_passive_node_puts_the_expiry_off_by_its_length(BinaryStarRole role)
    {
        var node = Passive(role).QuietUntil(Ms(2000)).Turn(Ms(2200)).QuietUntil(Ms(3150));

        node.Vote(Ms(3200) - Instant).Should().BeFalse("it was received at 1.0 s, and the node was away for 0.2 s");
        node.Vote(Ms(3200)).Should().BeTrue();
    }

    [Fact]
    public void And_by_a_heartbeat_at_least_from_its_end()
    {
        var node = Passive(Backup).QuietUntil(Ms(2900)).Turn(Ms(3100)).QuietUntil(Ms(3550));

        node.Vote(Ms(3600) - Instant).Should().BeFalse("what the peer published meanwhile may be on its way from the network");
        node.Vote(Ms(3600)).Should().BeTrue();
    }

    [Fact]
    public void A_peer_that_is_received_after_the_gap_has_a_whole_failover_timeout()
    {
        var node = Passive(Backup).QuietUntil(Ms(2000)).Turn(Ms(2200), "3").QuietUntil(Ms(4150));

        node.Vote(Ms(4200) - Instant).Should().BeFalse();
        node.Vote(Ms(4200)).Should().BeTrue();
    }

    [Fact]
    public void Any_other_node_which_threw_away_what_was_queued_gives_the_peer_a_whole_failover_timeout()
    {
        var node = Started(Primary).QuietUntil(Ms(1000)).Turn(Ms(1200)).QuietUntil(Ms(3150));

        node.Vote(Ms(3200) - Instant).Should().BeFalse();
        node.Memory.Pending.Should().Be(PendingPromotion.None, "the peer is not gone");
        node.Turn(Ms(3200)).Memory.Expiry.Should().Be(Ms(3200));
    }

    [Fact]
    public void A_passive_node_that_was_away_for_longer_than_half_a_heartbeat_gives_it_a_whole_one_too()
    {
        Passive(Backup).QuietUntil(Ms(2000)).Turn(Ms(2250)).Memory.Expiry.Should().Be(Ms(3250));
        Passive(Backup).QuietUntil(Ms(2000)).Turn(Ms(2250) + Instant).Memory.Expiry.Should().Be(Ms(4250) + Instant);
    }

    [Fact]
    public void An_interval_that_is_no_gap_leaves_the_expiry_alone()
    {
        Passive(Backup).Turn(Ms(1125)).QuietUntil(Ms(2950)).Vote(Ms(3000)).Should().BeTrue();
    }

    [Fact]
    public void A_gap_of_half_a_heartbeat_does_not_settle()
    {
        Passive(Backup).Turn(Ms(1250)).Turn(Ms(1260), "1").State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void An_active_node_serves_on_after_a_gap_within_its_lease()
    {
        var node = Active(Primary);

        node.Vote(Ms(1200)).Should().BeTrue();
        node.State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void A_gap_while_active_does_not_touch_the_expiry()
    {
        // So that silence still ends the timer of two actives as it would without the gap.
        Active(Primary).Turn(Ms(1200)).Memory.Expiry.Should().Be(Ms(3000));
    }

    [Fact]
    public void A_request_in_the_turn_after_a_gap_is_judged_by_the_new_expiry()
    {
        var node = Passive(Backup).QuietUntil(Ms(2900));

        node.Vote(Ms(3050)).Should().BeFalse("the peer may have published at 2.95 s, and that was discarded");
    }

    [Fact]
    public void A_gap_in_the_first_moments_counts_from_the_start()
    {
        var node = Started(Backup).Turn(Ms(200)).QuietUntil(Ms(2150));

        node.Promote(Ms(2200) - Instant).Should().Be(Promotion.PeerMayBeAlive);
        node.Promote(Ms(2200)).Should().NotBe(Promotion.PeerMayBeAlive);
    }

    private static Node In(BinaryStarState state) => state switch
    {
        BinaryStarState.Primary => Started(Primary).QuietUntil(Ms(1000)),
        BinaryStarState.Backup => Started(Backup).QuietUntil(Ms(1000)),
        BinaryStarState.Active => Active(Backup),
        BinaryStarState.Passive => Passive(Backup),
        _ => Yielding(Backup),
    };
}
