using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

public class PairEngineExpiryTests
{
    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void Passive_takes_over_on_the_first_request_after_the_failover_timeout(BinaryStarRole role)
    {
        var node = Passive(role).QuietUntil(Ms(2950));

        node.Vote(Ms(3000) - Instant).Should().BeFalse("the peer was received less than F ago");
        node.Vote(Ms(3000)).Should().BeTrue();

        node.State.Should().Be(BinaryStarState.Active);
        node.Transitions[^1].Should().Be(new Transition(
            BinaryStarState.Passive, BinaryStarState.Active, BinaryStarChangeReason.PeerSilent));
        node.Published[^1].Should().Be((Ms(3000), '3'));
    }

    [Fact]
    public void Passive_without_a_request_never_takes_over()
    {
        Passive(Backup).QuietUntil(Ms(60_000)).State.Should().Be(BinaryStarState.Passive);
    }

    [Fact]
    public void A_request_before_the_failover_timeout_is_rejected_and_forgotten()
    {
        var node = Passive(Backup).QuietUntil(Ms(2950));

        node.Vote(Ms(2999)).Should().BeFalse();

        node.QuietUntil(Ms(5000)).State.Should().Be(BinaryStarState.Passive);
    }

    [Theory]
    [InlineData(Backup, "3")]
    [InlineData(Backup, "4")]
    [InlineData(Primary, "3")]
    public void Every_valid_message_starts_the_failover_timeout_anew(BinaryStarRole role, string message)
    {
        var node = Passive(role).QuietUntil(Ms(2900)).Turn(Ms(2950), message).QuietUntil(Ms(4900));

        node.State.Should().Be(BinaryStarState.Passive);
        node.Vote(Ms(4950) - Instant).Should().BeFalse();
        node.Vote(Ms(4950)).Should().BeTrue();
    }

    [Fact]
    public void A_peer_that_is_received_again_after_its_expiry_is_alive()
    {
        var node = Passive(Backup).QuietUntil(Ms(3450));

        node.Vote(Ms(3500), received: "3").Should().BeFalse("the turn received the peer's message before it judged the request");
        node.QuietUntil(Ms(5450)).Vote(Ms(5500) - Instant).Should().BeFalse();
    }

    [Fact]
    public void A_request_is_not_judged_while_messages_of_the_peer_are_still_waiting()
    {
        var node = Passive(Backup).QuietUntil(Ms(3450));

        node.HasBacklog = true;
        node.Vote(Ms(3500)).Should().BeFalse("the peer's sign of life may be among them");

        node.HasBacklog = false;
        node.Vote(Ms(3550)).Should().BeTrue();
    }

    [Fact]
    public void A_request_judged_long_after_the_turn_began_does_not_promote()
    {
        var node = Passive(Backup).QuietUntil(Ms(3500));

        node.LateVote(Ms(3625) + Instant).Should().BeFalse("what the peer has sent since the turn began was not received");
        node.LateVote(Ms(3625)).Should().BeTrue();
    }

    [Fact]
    public void The_expiry_is_judged_by_the_turn_that_received_and_not_by_the_request()
    {
        var node = Passive(Backup).QuietUntil(Ms(2990));

        node.LateVote(Ms(3010)).Should().BeFalse();
    }

    [Fact]
    public void At_the_start_the_peer_counts_as_alive_for_one_failover_timeout()
    {
        var node = Started(Primary).QuietUntil(Ms(1950));

        node.Vote(Ms(2000) - Instant).Should().BeFalse();
        node.Memory.Pending.Should().Be(PendingPromotion.None);

        node.QuietUntil(Ms(2350)).Vote(Ms(2400)).Should().BeTrue("F has passed, and 3H/4 since its last offer");
    }

    [Fact]
    public void The_last_message_and_its_time_are_remembered()
    {
        var node = Passive(Primary).Turn(Ms(1050)).Turn(Ms(1100), "3").Turn(Ms(1150));

        node.Memory.LastMessage.Should().Be(PeerMessage.Active);
        node.Memory.LastReceived.Should().Be(Ms(1100));
    }
}
