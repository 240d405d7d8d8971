using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

public class PairEngineHandOverTests
{
    [Theory]
    [InlineData(Primary, '1')]
    [InlineData(Backup, '2')]
    public void An_active_node_hands_over_by_offering_the_pair_as_a_waiting_node_does(BinaryStarRole role, char offer)
    {
        var node = Active(role).Turn(Ms(1100), "4");

        node.HandOver(Ms(1200)).Should().BeTrue();

        node.Transitions[^1].Should().Be(
            new Transition(BinaryStarState.Active, BinaryStarState.Yielding, BinaryStarChangeReason.HandOver));
        node.Published[^1].Should().Be((Ms(1200), offer));
        node.Vote(Ms(1250)).Should().BeFalse();
    }

    [Fact]
    public void It_stands_by_as_soon_as_the_peer_publishes_that_it_serves()
    {
        Yielding(Primary).Turn(Ms(1010), "3").State.Should().Be(BinaryStarState.Passive);
    }

    [Fact]
    public void A_peer_not_known_to_be_passive_is_handed_nothing()
    {
        var node = Active(Primary);

        node.HandOver(Ms(1100)).Should().BeFalse();
        node.State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void A_peer_known_to_be_active_is_not_known_to_be_passive()
    {
        var node = Active(Primary).Turn(Ms(1100), "3");

        node.State.Should().Be(BinaryStarState.Active);
        node.CanHandOver.Should().BeFalse();
    }

    [Fact]
    public void A_peer_last_known_to_be_passive_too_long_ago_is_handed_nothing()
    {
        var node = Active(Primary).Turn(Ms(1100), "4").QuietUntil(Ms(2100));
        node.CanHandOver.Should().BeTrue();

        node.HandOver(Ms(2100) + Instant).Should().BeFalse();
        node.State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void What_the_peer_published_before_this_node_became_active_does_not_count()
    {
        var node = Started(Backup).Turn(Ms(10), "3").QuietUntil(Ms(850)).Turn(Ms(900), "41");

        node.State.Should().Be(BinaryStarState.Active);
        node.CanHandOver.Should().BeFalse();
    }

    [Fact]
    public void What_the_peer_published_in_an_earlier_term_does_not_count()
    {
        var node = Yielding(Primary).QuietUntil(Ms(1750)).Turn(Ms(1800), "2"); // received 4 at 1.0 s, in its first term

        node.State.Should().Be(BinaryStarState.Active);
        node.CanHandOver.Should().BeFalse();
    }

    [Fact]
    public void Nothing_is_handed_over_while_messages_of_the_peer_are_still_waiting()
    {
        var node = Active(Primary).Turn(Ms(1100), "4");

        node.HasBacklog = true;
        node.HandOver(Ms(1150)).Should().BeFalse("the peer may since have published that it is no longer passive");
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void A_passive_node_has_nothing_to_hand_over(BinaryStarRole role)
    {
        var node = Passive(role).Turn(Ms(1050), "3");

        node.HandOver(Ms(1100)).Should().BeFalse();
        node.State.Should().Be(BinaryStarState.Passive);
    }

    [Fact]
    public void If_the_peer_never_takes_over_a_request_makes_the_node_serve_again()
    {
        var node = Yielding(Primary).QuietUntil(Ms(3350)); // the peer was received at 1.0 s, the last offer made at 3.0 s

        node.Vote(Ms(3375)).Should().BeTrue();
    }

    [Fact]
    public void If_the_peer_restarts_instead_the_two_meet_as_after_a_start()
    {
        var primary = Yielding(Primary).QuietUntil(Ms(1950)).Turn(Ms(2000), "2");
        primary.State.Should().Be(BinaryStarState.Active);

        var backup = Yielding(Backup).QuietUntil(Ms(1950)).Turn(Ms(2000), "1");
        backup.State.Should().Be(BinaryStarState.Yielding, "the primary acts, and the backup receives the result");
    }
}
