using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

public class PairEngineDualActiveTests
{
    [Fact]
    public void The_backup_yields_at_once()
    {
        var node = Active(Backup).Turn(Ms(1100), "3");

        node.State.Should().Be(BinaryStarState.Passive);
        node.Transitions[^1].Should().Be(
            new Transition(BinaryStarState.Active, BinaryStarState.Passive, BinaryStarChangeReason.DualActive));
        node.Published[^1].Should().Be((Ms(1100), '4'));
    }

    [Fact]
    public void The_primary_stays_and_goes_on_serving()
    {
        var node = Active(Primary).Turn(Ms(1100), "3");

        node.LastResult.Should().Be(ReceiveResult.DualActiveStays);
        node.Vote(Ms(1150)).Should().BeTrue();
    }

    [Fact]
    public void A_primary_that_still_receives_from_an_active_peer_a_failover_timeout_later_yields()
    {
        var node = Active(Primary).Turn(Ms(1100), "3");
        Receive(node, "3", Ms(1600), Ms(2100), Ms(2600), Ms(3100) - Instant);
        node.State.Should().Be(BinaryStarState.Active);

        node.Turn(Ms(3100), "3").State.Should().Be(BinaryStarState.Passive);
        node.Transitions[^1].Reason.Should().Be(BinaryStarChangeReason.DualActive);
    }

    [Theory]
    [InlineData("4")]
    [InlineData("2")]
    public void Any_other_valid_message_of_the_peer_begins_that_time_anew(string other)
    {
        var node = Active(Primary).Turn(Ms(1100), "3").Turn(Ms(1200), other).Turn(Ms(1300), "3");

        Receive(node, "3", Ms(1800), Ms(2300), Ms(2800), Ms(3300) - Instant);
        node.State.Should().Be(BinaryStarState.Active);

        node.Turn(Ms(3300), "3").State.Should().Be(BinaryStarState.Passive);
    }

    [Fact]
    public void A_message_with_the_nodes_own_role_does_not_begin_that_time_anew()
    {
        var node = Active(Primary).Turn(Ms(1100), "3").Turn(Ms(1200), "1");
        Receive(node, "3", Ms(1600), Ms(2100), Ms(2600));

        node.QuietUntil(Ms(3050)).Turn(Ms(3100), "3").State.Should().Be(BinaryStarState.Passive);
    }

    [Fact]
    public void A_silence_of_a_failover_timeout_begins_that_time_anew()
    {
        var node = Active(Primary).Turn(Ms(1100), "3").QuietUntil(Ms(3050)).Turn(Ms(3100), "3");

        node.State.Should().Be(BinaryStarState.Active, "the peer may have been away and be back: give it time to receive");
    }

    [Fact]
    public void A_silence_just_short_of_it_does_not()
    {
        var node = Active(Primary).Turn(Ms(1100), "3").Turn(Ms(1150), "3").QuietUntil(Ms(3100)).Turn(Ms(3150) - Instant, "3");

        node.State.Should().Be(BinaryStarState.Passive);
    }

    [Fact]
    public void A_change_of_state_begins_that_time_anew()
    {
        var node = Active(Primary).Turn(Ms(1100), "3").Turn(Ms(1200), "3");
        node.Turn(Ms(2300)).State.Should().Be(BinaryStarState.Yielding, "the lease of 1.0 s is lost");
        node.QuietUntil(Ms(3050)).PeerLost(Ms(3050), collectedAt: Ms(3050)).QuietUntil(Ms(3150));
        node.Vote(Ms(3175)).Should().BeTrue("settled, the guard of 2.8 s passed, and the peer is known to be dead");

        node.Turn(Ms(3200), "3").State.Should().Be(BinaryStarState.Active, "not two actives since 1.1 s, but since now");
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void Under_the_policy_to_abort_it_is_fatal_for_both(BinaryStarRole role)
    {
        var node = Active(role, DualActivePolicy.Abort).Turn(Ms(1100), "3");

        node.LastResult.Should().Be(ReceiveResult.DualActiveFatal);
        node.State.Should().Be(BinaryStarState.Active, "the caller ends the node");
    }

    private static void Receive(Node node, string digit, params ReadOnlySpan<TimeSpan> times)
    {
        foreach (var time in times)
        {
            node.QuietUntil(time - Ms(20)).Turn(time, digit);
            node.LastResult.Should().Be(ReceiveResult.DualActiveStays);
        }
    }
}
