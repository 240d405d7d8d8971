using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

public class PairEngineSettleTests
{
    [Fact]
    public void A_primary_that_has_just_started_does_not_act_on_a_waiting_backup_before_it_has_settled()
    {
        var node = Started(Primary).QuietUntil(Ms(700)).Turn(Ms(750) - Instant, "2");
        node.State.Should().Be(BinaryStarState.Primary);

        node.Turn(Ms(750), "2").State.Should().Be(BinaryStarState.Active);
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void A_node_that_has_just_started_stands_by_at_once_for_an_active_peer(BinaryStarRole role)
    {
        var node = Started(role).Turn(Ms(10), "3");

        node.State.Should().Be(BinaryStarState.Passive);
        node.Transitions[^1].Reason.Should().Be(BinaryStarChangeReason.PeerActive);
    }

    [Theory]
    [InlineData(Primary, "2")]
    [InlineData(Primary, "4")]
    [InlineData(Backup, "1")]
    public void Settling_goes_on_after_an_active_peer_was_met(BinaryStarRole role, string message)
    {
        var node = Started(role).Turn(Ms(10), "3").QuietUntil(Ms(700)).Turn(Ms(750) - Instant, message);
        node.State.Should().Be(BinaryStarState.Passive);

        node.Turn(Ms(750), message).State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void What_is_received_while_settling_refreshes_the_expiry()
    {
        var node = Started(Primary).Turn(Ms(10), "3").QuietUntil(Ms(650)).Turn(Ms(700), "2").QuietUntil(Ms(2650));

        node.Vote(Ms(2700) - Instant).Should().BeFalse();
        node.Vote(Ms(2700)).Should().BeTrue();
    }

    [Fact]
    public void Votes_are_rejected_while_settling_even_if_the_peer_is_known_to_be_dead()
    {
        var node = Passive(Backup).Turn(Ms(1300)); // a long gap: settles until 2050
        node.QuietUntil(Ms(1950)).PeerLost(Ms(2000), collectedAt: Ms(2000));

        node.Vote(Ms(2050) - Instant).Should().BeFalse();
        node.Vote(Ms(2050)).Should().BeTrue();
    }

    [Fact]
    public void A_vote_while_settling_is_not_remembered()
    {
        var node = Yielding(Primary).QuietUntil(Ms(1550)).PeerLost(Ms(1600), collectedAt: Ms(1600));

        node.Vote(Ms(1700)).Should().BeFalse();

        node.QuietUntil(Ms(2300)).State.Should().Be(BinaryStarState.Yielding);
    }

    [Fact]
    public void A_node_that_gave_up_active_does_not_take_it_back_before_it_has_settled()
    {
        var node = Yielding(Primary).QuietUntil(Ms(1700)).Turn(Ms(1750) - Instant, "2");
        node.State.Should().Be(BinaryStarState.Yielding);

        node.Turn(Ms(1750), "2").State.Should().Be(BinaryStarState.Active);
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void A_node_that_gave_up_active_stands_by_as_soon_as_the_peer_serves(BinaryStarRole role)
    {
        Yielding(role).Turn(Ms(1010), "3").State.Should().Be(BinaryStarState.Passive);
    }

    [Theory]
    [InlineData(Primary, '1')]
    [InlineData(Backup, '2')]
    public void Settling_forbids_acting_and_not_publishing(BinaryStarRole role, char digit)
    {
        Started(role).QuietUntil(Ms(700)).Published.Should().Equal((Ms(0), digit), (Ms(500), digit));
    }

    [Fact]
    public void An_order_to_promote_is_refused_while_settling()
    {
        var node = Started(Backup).QuietUntil(Ms(500)).PeerLost(Ms(550), collectedAt: Ms(550));

        node.Promote(Ms(600)).Should().Be(Promotion.PeerMayBeAlive);
        node.QuietUntil(Ms(1200)).State.Should().Be(BinaryStarState.Backup);
    }
}
