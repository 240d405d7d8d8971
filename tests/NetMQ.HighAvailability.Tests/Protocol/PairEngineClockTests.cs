using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>The clock may stand anywhere at the start; one that steps back is broken, and the node trusts nothing from before.</summary>
public class PairEngineClockTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(1_000_000_100)]
    public void A_node_that_starts_at_any_time_counts_from_there(int milliseconds)
    {
        var start = Ms(milliseconds);
        var node = Started(Primary, start: start).Turn(start + Ms(100), "3").QuietUntil(start + Ms(2050));

        node.PublishedAfter(start + Ms(50)).Take(2).Should().Equal((start + Ms(100), '4'), (start + Ms(600), '4'));
        node.Published[0].Should().Be((start, '1'));
        node.Vote(start + Ms(2100) - Instant).Should().BeFalse();
        node.Vote(start + Ms(2100)).Should().BeTrue();
    }

    [Fact]
    public void Its_settling_counts_from_there_too()
    {
        Started(Primary, start: Ms(10_000)).Turn(Ms(10_100), "2").State.Should().Be(BinaryStarState.Primary);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1_000_000_100)]
    public void Its_first_message_restarts_the_schedule_too(int milliseconds)
    {
        var start = Ms(milliseconds);

        Started(Backup, start: start).QuietUntil(start + Ms(700)).Published.Should().Equal((start, '2'), (start + H, '2'));
    }

    [Fact]
    public void After_a_step_back_a_passive_node_purges_settles_and_waits_a_whole_timeout_in_the_new_time()
    {
        var node = Passive(Backup).Turn(Ms(1050));

        node.TryTurn(Ms(200), "1").Should().BeTrue();

        node.State.Should().Be(BinaryStarState.Passive);
        node.QuietUntil(Ms(400)).Turn(Ms(450), "1").State.Should().Be(BinaryStarState.Passive, "it settles");
        node.QuietUntil(Ms(2400)).Vote(Ms(2450) - Instant).Should().BeFalse();
        node.Vote(Ms(2450)).Should().BeTrue("the peer was last received at 450 ms of the new time");
    }

    [Fact]
    public void After_a_step_back_an_active_node_gives_up_for_it_cannot_tell_how_long_it_was_silent()
    {
        var node = Active(Primary).QuietUntil(Ms(5000));

        node.LateVote(Ms(100)).Should().BeFalse("the lease cannot be judged");
        node.Turn(Ms(100)).State.Should().Be(BinaryStarState.Yielding);

        node.Transitions[^1].Reason.Should().Be(BinaryStarChangeReason.LeaseExpired);
        node.Published[^1].Should().Be((Ms(100), '1'), "its schedule goes on in the new time");
    }

    [Fact]
    public void An_expired_peer_is_no_longer_known_to_be_expired_after_a_step_back()
    {
        var node = Passive(Backup).QuietUntil(Ms(3050));

        node.LateVote(Ms(100)).Should().BeFalse();
        node.Vote(Ms(100)).Should().BeFalse();
        node.QuietUntil(Ms(2050)).Vote(Ms(2100)).Should().BeTrue();
    }

    [Fact]
    public void A_gap_after_a_step_back_gives_the_peer_a_failover_timeout_more() =>
        Started(Primary).QuietUntil(Ms(1000)).Turn(Ms(200)).QuietUntil(Ms(600)).Turn(Ms(800))
            .Memory.Expiry.Should().Be(Ms(2800), "the allowance for gaps begins anew in the new time");

    [Fact]
    public void Evidence_from_before_a_step_back_is_void()
    {
        var node = Passive(Backup).PeerLost(Ms(1100), collectedAt: Ms(1100)).Turn(Ms(1090));

        node.QuietUntil(Ms(1850)).Vote(Ms(1860)).Should().BeFalse();
        node.TryPeerLost(Ms(1870), collectedAt: Ms(1080)).Should().BeFalse();
    }
}
