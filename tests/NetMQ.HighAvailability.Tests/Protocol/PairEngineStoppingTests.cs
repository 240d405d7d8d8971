using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

public class PairEngineStoppingTests
{
    [Fact]
    public void An_active_node_that_stops_hands_the_pair_to_a_passive_peer()
    {
        var node = Active(Primary).Turn(Ms(1100), "4");

        node.Stop(Ms(1200)).Should().BeTrue("the peer's 3 is worth waiting for");

        node.State.Should().Be(BinaryStarState.Yielding);
        node.Transitions[^1].Reason.Should().Be(BinaryStarChangeReason.HandOver);
        node.Turn(Ms(1210), "3").State.Should().Be(BinaryStarState.Passive);
    }

    [Theory]
    [InlineData(Primary, '1')]
    [InlineData(Backup, '2')]
    public void It_gives_up_active_even_if_the_peer_was_never_known_to_be_passive(BinaryStarRole role, char offer)
    {
        var node = Active(role).QuietUntil(Ms(1250));
        node.HasBacklog = true;

        node.Stop(Ms(1300));

        node.State.Should().Be(BinaryStarState.Yielding, "it will not serve in any case");
        node.Published[^1].Should().Be((Ms(1300), offer));
        node.Vote(Ms(1350)).Should().BeFalse();
    }

    [Fact]
    public void It_waits_only_for_a_peer_that_was_received_lately()
    {
        Active(Primary).QuietUntil(Ms(1950)).Stop(Ms(2000)).Should().BeTrue("the peer was received at 1.0 s, that is 2H ago");
        Active(Primary).QuietUntil(Ms(1950)).Stop(Ms(2000) + Instant).Should().BeFalse("there is nothing to wait for");
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void A_node_that_is_not_active_has_nothing_to_give_up(BinaryStarRole role)
    {
        var node = Passive(role).Turn(Ms(1100), "3");

        node.Stop(Ms(1150)).Should().BeFalse();
        node.State.Should().Be(BinaryStarState.Passive);
    }

    [Theory]
    [InlineData(Primary, "2")]
    [InlineData(Primary, "4")]
    [InlineData(Backup, "1")]
    public void A_stopping_node_takes_no_offer(BinaryStarRole role, string offer)
    {
        var node = Passive(role);
        node.Stop(Ms(1100)).Should().BeFalse();

        node.Turn(Ms(1150), offer).State.Should().Be(BinaryStarState.Passive);
        node.Transitions.Should().HaveCount(1);
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void A_stopping_node_does_not_take_over(BinaryStarRole role)
    {
        var node = Passive(role).QuietUntil(Ms(3450));
        node.Stop(Ms(3500)).Should().BeFalse();

        node.Vote(Ms(3550)).Should().BeFalse();
        node.State.Should().Be(BinaryStarState.Passive);
    }

    [Fact]
    public void Stopping_undoes_a_promotion_that_waits_for_its_guard()
    {
        var node = Started(Primary).QuietUntil(Ms(2050));
        node.Vote(Ms(2100)).Should().BeFalse();

        node.Stop(Ms(2150));

        node.Welcome(Ms(2200)).QuietUntil(Ms(2650)).State.Should().Be(BinaryStarState.Primary);
        node.PublishedAfter(Ms(2150)).Should().Equal([(Ms(2200), '1')], "it holds no offer back any more");
    }

    [Fact]
    public void A_request_does_not_make_a_stopping_node_wait_for_its_guard()
    {
        var node = Started(Primary).QuietUntil(Ms(2050));
        node.Stop(Ms(2100));

        node.Vote(Ms(2150)).Should().BeFalse();

        node.Welcome(Ms(2200)).PublishedAfter(Ms(2150)).Should().Equal([(Ms(2200), '1')], "it holds no offer back");
    }

    [Fact]
    public void A_stopping_backup_cannot_be_promoted()
    {
        var node = Started(Backup).QuietUntil(Ms(2350));
        node.Stop(Ms(2400));

        node.Promote(Ms(2450)).Should().NotBe(Promotion.Done);
        node.QuietUntil(Ms(3500)).State.Should().Be(BinaryStarState.Backup);
    }

    [Fact]
    public void A_stopping_backup_is_not_promoted()
    {
        var node = Started(BinaryStarRole.Backup).QuietUntil(Ms(2400));
        node.Stop(Ms(2400));

        node.Promote(Ms(2450)).Should().Be(Promotion.NotWaiting);
        node.QuietUntil(Ms(4000)).State.Should().Be(BinaryStarState.Backup);
    }
}
