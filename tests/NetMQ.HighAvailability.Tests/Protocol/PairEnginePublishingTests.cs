using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

public class PairEnginePublishingTests
{
    [Theory]
    [InlineData(Primary, '1')]
    [InlineData(Backup, '2')]
    public void The_first_turn_publishes_the_state_and_heartbeats_follow(BinaryStarRole role, char digit)
    {
        Started(role).QuietUntil(Ms(1200)).Published.Should().Equal((Ms(0), digit), (Ms(500), digit), (Ms(1000), digit));
    }

    [Fact]
    public void A_late_heartbeat_does_not_put_the_next_one_off()
    {
        var node = Passive(Backup).QuietUntil(Ms(1450)).Turn(Ms(1540)).QuietUntil(Ms(2600));

        node.PublishedAfter(Ms(1000)).Should().Equal((Ms(1540), '4'), (Ms(2000), '4'), (Ms(2500), '4'));
    }

    [Fact]
    public void Heartbeats_missed_altogether_are_not_made_up_for()
    {
        var node = Passive(Backup).Turn(Ms(2700)).QuietUntil(Ms(3400));

        node.PublishedAfter(Ms(1000)).Should().Equal((Ms(2700), '4'), (Ms(3200), '4'));
    }

    // The passive node published its 4 at 1000: the next is due at 1500. A tick is 62.5 ms.
    [Theory]
    [InlineData(1400, 1401, 62.5)]
    [InlineData(1450, 1451, 49)]
    [InlineData(1499, 1499, 1)]
    [InlineData(1499, 1500, 0)] // it has come due while the turn was taken
    [InlineData(1499, 1503, 0)]
    public void The_loop_sleeps_no_longer_than_to_the_next_heartbeat(int turn, int now, double sleep)
    {
        Passive(Backup).QuietUntil(Ms(turn)).SleepAt(Ms(now)).Should().Be(TimeSpan.FromMilliseconds(sleep));
    }

    [Theory]
    [InlineData(2500)] // it is due
    [InlineData(2600)]
    public void A_heartbeat_that_is_withheld_keeps_no_loop_awake(int turn)
    {
        var longGuard = Timing.From(H, F) with { OfferGuard = Ms(1500) };
        var node = Started(Primary, timing: longGuard).QuietUntil(Ms(2050));
        node.Vote(Ms(2100)).Should().BeFalse();

        node.QuietUntil(Ms(turn)).SleepAt(Ms(turn + 1)).Should().Be(TimeSpan.FromMilliseconds(62.5));
    }

    [Fact]
    public void A_heartbeat_that_is_late_by_a_whole_interval_is_published_once()
    {
        var node = Passive(Backup).QuietUntil(Ms(1450)).Turn(Ms(2000)).QuietUntil(Ms(2500));

        node.PublishedAfter(Ms(1000)).Should().Equal((Ms(2000), '4'), (Ms(2500), '4'));
    }

    [Fact]
    public void A_change_of_state_is_published_at_once_and_restarts_the_schedule()
    {
        var node = Passive(Backup).QuietUntil(Ms(1200)).Turn(Ms(1210), "1").QuietUntil(Ms(1450)).Turn(Ms(1460));

        node.PublishedAfter(Ms(1000)).Should().Equal((Ms(1210), '3'), (Ms(1460), '3'));
    }

    [Fact]
    public void A_subscriber_gets_the_state_at_once_and_that_restarts_the_schedule()
    {
        var node = Passive(Backup).QuietUntil(Ms(1200)).Welcome(Ms(1210)).QuietUntil(Ms(1700)).Turn(Ms(1710));

        node.PublishedAfter(Ms(1000)).Should().Equal((Ms(1210), '4'), (Ms(1710), '4'));
    }

    [Fact]
    public void A_turn_that_owes_a_subscriber_and_a_heartbeat_publishes_the_state_once()
    {
        var node = Passive(Backup).QuietUntil(Ms(1450)).Welcome(Ms(1500)).Turn(Ms(1510));

        node.PublishedAfter(Ms(1000)).Should().Equal((Ms(1500), '4'));
    }

    [Fact]
    public void A_message_that_changes_nothing_is_not_answered()
    {
        Passive(Backup).Turn(Ms(1100), "333").PublishedAfter(Ms(1000)).Should().BeEmpty();
    }

    [Fact]
    public void An_active_node_publishes_twice_as_often()
    {
        Active(Primary).QuietUntil(Ms(1800)).PublishedAfter(Ms(950)).Should().Equal(
            (Ms(1000), '3'), (Ms(1250), '3'), (Ms(1500), '3'), (Ms(1750), '3'));
    }

    [Fact]
    public void A_late_message_of_an_active_node_does_not_put_the_next_one_off()
    {
        Active(Primary).QuietUntil(Ms(1200)).Turn(Ms(1290)).QuietUntil(Ms(1800)).PublishedAfter(Ms(1000)).Should().Equal(
            (Ms(1290), '3'), (Ms(1500), '3'), (Ms(1750), '3'));
    }

    [Fact]
    public void A_node_that_gives_up_being_active_publishes_at_each_heartbeat_again()
    {
        Yielding(Primary).QuietUntil(Ms(2000)).PublishedAfter(Ms(950)).Should().Equal((Ms(1000), '1'), (Ms(1500), '1'), (Ms(2000), '1'));
    }

    [Fact]
    public void The_lease_and_the_guard_run_from_what_was_published_out_of_turn_too()
    {
        var active = Active(Primary).QuietUntil(Ms(1200)).Welcome(Ms(1300)).Turn(Ms(1350));
        active.LateVote(Ms(1300) + Lease).Should().BeTrue();

        var primary = Started(Primary).QuietUntil(Ms(2250)).Welcome(Ms(2300)).QuietUntil(Ms(2650));
        primary.Vote(Ms(2675) - Instant).Should().BeFalse("the subscriber was made an offer at 2.3 s");
        primary.Turn(Ms(2675)).State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void A_heartbeat_that_is_due_waits_until_the_peers_messages_were_received()
    {
        var node = Passive(Backup).QuietUntil(Ms(1450)).Turn(Ms(1500), "1");

        node.PublishedAfter(Ms(1450)).Should().Equal([(Ms(1500), '3')], "what was due is overtaken by what the peer's offer made of it");
    }

    [Fact]
    public void A_flood_that_cannot_be_received_whole_does_not_silence_the_node()
    {
        var node = Passive(Backup).QuietUntil(Ms(1450));
        node.HasBacklog = true;

        node.Turn(Ms(1500)).PublishedAfter(Ms(1450)).Should().Equal((Ms(1500), '4'));
    }
}
