using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>A node that was stopped may not serve beside its successor: each request is tested against the lease.</summary>
public class PairEngineLeaseTests
{
    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void An_active_node_serves_only_within_the_lease_of_its_last_message(BinaryStarRole role)
    {
        var node = Active(role).Turn(Ms(1050));

        node.LateVote(Ms(1000) + Lease).Should().BeTrue();
        node.LateVote(Ms(1000) + Lease + Instant).Should().BeFalse();
        node.Turn(Ms(2001)).State.Should().Be(BinaryStarState.Yielding, "the next turn draws the consequence");

        node.Transitions[^1].Reason.Should().Be(BinaryStarChangeReason.LeaseExpired);
    }

    [Fact]
    public void Receiving_from_the_peer_does_not_renew_the_lease()
    {
        var node = Active(Primary).Turn(Ms(1100), "4").Turn(Ms(1200), "4");

        node.LateVote(Ms(1000) + Lease + Instant).Should().BeFalse();
    }

    [Fact]
    public void Each_heartbeat_renews_the_lease()
    {
        var node = Active(Primary).QuietUntil(Ms(60_050));

        node.LateVote(Ms(60_000) + Lease).Should().BeTrue();
        node.State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void A_node_that_slept_through_its_lease_gives_up_without_a_request()
    {
        var node = Active(Primary);

        node.TryTurn(Ms(1000) + Lease + Instant).Should().BeTrue("what is queued from the peer may be old");

        node.State.Should().Be(BinaryStarState.Yielding);
        node.Transitions[^1].Reason.Should().Be(BinaryStarChangeReason.LeaseExpired);
        node.Published[^1].Should().Be((Ms(1000) + Lease + Instant, '1'));
    }

    [Fact]
    public void A_node_that_slept_exactly_its_lease_goes_on()
    {
        var node = Active(Backup);

        node.Vote(Ms(1000) + Lease).Should().BeTrue();
        node.State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void After_losing_its_lease_a_node_settles()
    {
        var node = Active(Primary).Turn(Ms(3000)).QuietUntil(Ms(3700)).Turn(Ms(3750) - Instant, "2");
        node.State.Should().Be(BinaryStarState.Yielding);

        node.Turn(Ms(3750), "2").State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void After_losing_its_lease_a_node_gives_the_peer_a_whole_failover_timeout_to_be_received()
    {
        var node = Active(Primary).QuietUntil(Ms(9000)).Turn(Ms(11_000)).QuietUntil(Ms(12_900));

        node.Vote(Ms(13_000) - Instant).Should().BeFalse();
        node.Memory.Pending.Should().Be(PendingPromotion.None, "it was the expiry, not the guard");

        node.QuietUntil(Ms(13_350)).Vote(Ms(13_375)).Should().BeTrue("the peer is expired, and the last offer was at 13 s");
    }

    [Fact]
    public void A_lease_lost_within_a_turn_lets_no_further_request_of_that_turn_through()
    {
        var node = Active(Primary).QuietUntil(Ms(9000)); // the peer has long been silent

        node.LateVote(Ms(10_001)).Should().BeFalse();
        node.LateVote(Ms(10_002)).Should().BeFalse();
        node.Turn(Ms(10_003)).State.Should().Be(BinaryStarState.Yielding);
    }

    [Fact]
    public void After_callbacks_that_took_long_nothing_is_received_or_published_before_the_lost_lease_is_noticed()
    {
        var node = Started(Backup).Turn(Ms(100), "3").QuietUntil(Ms(950));
        node.Callbacks = Lease + Instant;

        node.Turn(Ms(1000), "13"); // the offer, and then what a peer publishes that has taken over meanwhile

        node.Transitions[^1].To.Should().Be(BinaryStarState.Active, "the node has not met an active peer as one that still serves");
        node.PublishedAfter(Ms(950)).Should().Equal((Ms(1000), '3'));
        node.Callbacks = TimeSpan.Zero;
        node.TryTurn(Ms(1000) + Lease + Instant, "3").Should().BeTrue("what is queued may be old");
        node.Transitions[^1].Reason.Should().Be(BinaryStarChangeReason.LeaseExpired);
    }

    [Fact]
    public void A_stopping_node_looks_for_requests_that_came_while_its_callbacks_ran()
    {
        var node = Active(Primary).Turn(Ms(1100), "4");
        node.Callbacks = Ms(300);

        var shutdown = node.BeginShutdown(Ms(1200));

        shutdown.MayCloseVoterAt(Ms(1500)).Should().BeFalse("none could be read so far");
        shutdown.MayCloseVoterAt(Ms(1510)).Should().BeTrue("there was none");
        shutdown.BeginTurn(Ms(1510));
        shutdown.MayCloseVoterAt(Ms(1510)).Should().BeFalse("the node stood still, and none could be read");
    }
}
