using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>A node whose loopback messages do not return knows nothing of its peer: it neither serves nor takes over.</summary>
public class PairEngineIoStallTests
{
    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void An_active_node_whose_IO_is_stalled_gives_up_though_its_turns_go_on(BinaryStarRole role)
    {
        var node = Active(role);
        node.IoStalled = true;

        node.QuietUntil(Ms(1000) + ActiveLoopbackTimeout).State.Should().Be(BinaryStarState.Active);
        node.TryTurn(Ms(1000) + ActiveLoopbackTimeout + Instant).Should().BeTrue("what is queued from the peer may be old");

        node.State.Should().Be(BinaryStarState.Yielding);
        node.Transitions[^1].Reason.Should().Be(BinaryStarChangeReason.LeaseExpired);
    }

    [Fact]
    public void It_serves_no_request_that_comes_through_meanwhile()
    {
        var node = Active(Primary);
        node.IoStalled = true;
        node.QuietUntil(Ms(1000) + ActiveLoopbackTimeout - Ms(20));

        node.LateVote(Ms(1000) + ActiveLoopbackTimeout).Should().BeTrue();
        node.LateVote(Ms(1000) + ActiveLoopbackTimeout + Instant).Should().BeFalse();
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void To_a_passive_node_whose_IO_is_stalled_a_silent_peer_is_not_gone(BinaryStarRole role)
    {
        var node = Passive(role);
        node.IoStalled = true;
        node.QuietUntil(Ms(9000)).Vote(Ms(9050)).Should().BeFalse();

        node.IoStalled = false;
        node.TryTurn(Ms(9100)).Should().BeTrue("what waits may be old");

        node.QuietUntil(Ms(11_000)).Vote(Ms(11_100) - Instant).Should().BeFalse("the peer has a whole F from there to be received");
        node.Vote(Ms(11_100)).Should().BeTrue();
    }

    [Fact]
    public void A_loopback_message_that_is_late_but_returns_in_time_changes_nothing()
    {
        var node = Passive(Backup);
        node.IoStalled = true;
        node.QuietUntil(Ms(1000) + H - Ms(10));
        node.IoStalled = false;

        node.TryTurn(Ms(1000) + H).Should().BeFalse();
        node.QuietUntil(Ms(2950)).Vote(Ms(3000)).Should().BeTrue("the expiry is as it was");
    }

    [Fact]
    public void An_active_nodes_loopback_message_has_longer_to_return()
    {
        var node = Active(Primary);
        node.IoStalled = true;
        node.QuietUntil(Ms(1000) + H + Ms(200));
        node.IoStalled = false;

        node.TryTurn(Ms(1000) + H + Ms(250)).Should().BeFalse();
        node.LateVote(Ms(1000) + H + Ms(250)).Should().BeTrue();
    }

    [Fact]
    public void A_pause_and_an_io_stall_together_are_a_reason_to_purge_as_each_is()
    {
        var node = Active(Primary);
        node.IoStalled = true;
        node.QuietUntil(Ms(1000) + ActiveLoopbackTimeout - Ms(60));
        node.IoStalled = false;

        node.TryTurn(Ms(1000) + ActiveLoopbackTimeout + Ms(90)).Should().BeTrue();
    }

    [Fact]
    public void The_time_of_an_io_stall_is_left_out_of_how_long_a_node_was_awake()
    {
        var node = Passive(Backup);
        var limit = node.Memory.ExpiryLimit;
        node.IoStalled = true;
        node.QuietUntil(Ms(1550));
        node.IoStalled = false;

        node.Turn(Ms(1600)).Memory.ExpiryLimit.Should().Be(limit + Ms(600), "its message was outstanding from 1.0 s on");
    }

    [Fact]
    public void Evidence_of_a_crash_does_not_count_meanwhile()
    {
        var node = Passive(Backup);
        node.IoStalled = true;
        node.QuietUntil(Ms(1000) + H + Ms(50));

        node.PeerLost(Ms(1600), Ms(1600)).Vote(Ms(1610)).Should().BeFalse();
    }

    [Fact]
    public void A_promotion_is_refused_as_the_peer_may_be_alive()
    {
        var node = Started(Backup).QuietUntil(Ms(2950));
        node.IoStalled = true;

        node.QuietUntil(Ms(4000)).Promote(Ms(4050)).Should().Be(Promotion.PeerMayBeAlive);
    }

    [Fact]
    public void An_offer_that_has_not_come_back_may_not_have_left_and_its_guard_has_not_passed()
    {
        var node = Started(Primary).QuietUntil(Ms(2450)).Turn(Ms(2500));
        node.Published[^1].Should().Be((Ms(2500), '1'));
        node.IoStalled = true;

        node.QuietUntil(Ms(2900)).Vote(Ms(2950)).Should().BeFalse("three quarters of a heartbeat have passed, but the offer may only leave now");
        node.Memory.Pending.Should().Be(PendingPromotion.Vote);

        node.IoStalled = false;
        node.Turn(Ms(3000)).QuietUntil(Ms(3350)).State.Should().Be(BinaryStarState.Primary, "the guard runs from where the offer came back");
        node.Turn(Ms(3375)).State.Should().Be(BinaryStarState.Active);
    }

    [Theory]
    [InlineData(0, 2500)]
    [InlineData(1, 2625)]
    public void An_offer_that_comes_back_more_than_a_quarter_of_a_heartbeat_late_may_only_just_have_left(int instants, int leftBy)
    {
        var node = Started(Primary).QuietUntil(Ms(2450)).Turn(Ms(2500));
        node.IoStalled = true;
        node.QuietUntil(Ms(2600));
        node.IoStalled = false;

        node.Turn(Ms(2500) + (H / 4) + (instants * Instant)).Memory.LastOffer.Should().Be(Ms(leftBy) + (instants * Instant));
    }

    [Fact]
    public void A_vote_that_waits_for_such_an_offer_is_forgotten_so_that_the_node_publishes_again()
    {
        var node = Started(Primary).QuietUntil(Ms(2450)).Turn(Ms(2500));
        node.IoStalled = true;
        node.QuietUntil(Ms(2900)).Vote(Ms(2950)).Should().BeFalse();

        node.QuietUntil(Ms(2500) + H + Ms(50));

        node.Memory.Pending.Should().Be(PendingPromotion.None);
        node.PublishedAfter(Ms(2500)).Should().Contain(published => published.Digit == '1');
    }

    [Fact]
    public void A_pause_is_not_taken_for_an_io_stall_as_well()
    {
        var node = Passive(Backup);
        node.IoStalled = true; // what was published just before the pause returns just after the first turn that follows

        node.Turn(Ms(2900));
        var limit = node.Memory.ExpiryLimit;
        node.IoStalled = false;

        node.TryTurn(Ms(2910)).Should().BeFalse();
        node.Memory.ExpiryLimit.Should().Be(limit, "the time away was counted once");
    }

    [Fact]
    public void Messages_published_while_others_were_in_flight_are_awaited_from_the_last_that_returned()
    {
        var node = Started(Backup);
        node.IoStalled = true;
        node.Welcome(Ms(50));
        node.Memory.LoopbackSentAt.Should().Be(Ms(0));

        node.Turn(Ms(100), returned: Ms(0));
        node.Memory.LoopbackSentAt.Should().Be(Ms(0), "the second is still out");
        node.Turn(Ms(150), returned: Ms(50));
        node.Memory.LoopbackSentAt.Should().BeNull();
    }
}
