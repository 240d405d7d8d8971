using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>
/// Gaps put the expiry off, but no further than to where the node will have been awake for 2F: else a throttled machine
/// would never take over.
/// </summary>
public class PairEngineExpiryLimitTests
{
    // Passive, its peer received last at 1.0 s; from then on awake for 200 ms and asleep for as long.
    private static Node Throttled(TimeSpan until)
    {
        var node = Passive(Backup);
        for (var awake = Ms(1000); ; awake += Ms(400))
        {
            if (awake + Ms(200) >= until) return node.QuietUntil(until);
            node.QuietUntil(awake + Ms(200)).Turn(awake + Ms(400));
        }
    }

    [Fact]
    public void A_throttled_node_takes_over_when_it_was_awake_for_two_failover_timeouts()
    {
        // 4.0 s awake since 1.0 s, and nineteen gaps of 200 ms.
        var node = Throttled(until: Ms(8800) - Instant);

        node.Vote(Ms(8800) - Instant).Should().BeFalse("each gap gave the peer a heartbeat more");
        node.Vote(Ms(8800)).Should().BeTrue();
    }

    [Fact]
    public void A_gap_soon_after_the_start_gives_a_peer_that_was_never_received_a_failover_timeout_more()
    {
        var node = Started(Primary).QuietUntil(Ms(1200)).Turn(Ms(1400)).QuietUntil(Ms(3350));

        node.Vote(Ms(3400) - Instant).Should().BeFalse("the node was awake for less than F since the gap, and for less than 2F in all");
        node.Vote(Ms(3400)).Should().BeTrue();
    }

    [Fact]
    public void A_node_that_is_throttled_from_its_start_takes_over_when_it_was_awake_for_two_failover_timeouts()
    {
        var node = Started(Primary);
        for (var now = Ms(1000); now <= Ms(4000); now += Ms(1000)) node.QuietUntil(now - Ms(225)).Turn(now);

        node.QuietUntil(Ms(4850)).Vote(Ms(4900) - Instant).Should().BeFalse("3.1 s awake until 4 s");
        node.Vote(Ms(4900)).Should().BeTrue();
    }

    [Fact]
    public void The_turn_that_notices_a_gap_never_finds_the_peer_expired_because_of_it()
    {
        var node = Throttled(until: Ms(8790));

        node.Vote(Ms(9000)).Should().BeFalse("3.99 s awake: the 210 ms of the gap do not count");
        node.Vote(Ms(9010)).Should().BeTrue();
    }

    [Fact]
    public void After_the_expiry_has_passed_in_a_turn_without_a_gap_the_allowance_begins_anew()
    {
        var node = Throttled(until: Ms(8800)).Turn(Ms(9000)); // expired at 8.8 s, without a request; then a gap

        node.Vote(Ms(9050)).Should().BeFalse();
        node.QuietUntil(Ms(9450)).Vote(Ms(9500) - Instant).Should().BeFalse();
        node.Vote(Ms(9500)).Should().BeTrue();
    }

    [Fact]
    public void A_message_of_the_peer_begins_the_allowance_anew()
    {
        var node = Throttled(until: Ms(8700)).Turn(Ms(8750), "3").Turn(Ms(8950)).QuietUntil(Ms(10_900));

        node.Vote(Ms(10_950) - Instant).Should().BeFalse("received at 8.75 s, and a gap of 200 ms");
        node.Vote(Ms(10_950)).Should().BeTrue();
    }

    [Fact]
    public void Leaving_active_begins_the_allowance_anew()
    {
        // Active with gaps only, which do not count while active, and a peer last received at 1.0 s.
        var node = Active(Primary);
        for (var now = Ms(1200); now <= Ms(6000); now += Ms(200)) node.Turn(now);
        node.State.Should().Be(BinaryStarState.Active);

        node.Turn(Ms(7200)); // the lease is lost
        node.Turn(Ms(7400)); // a gap: expires at 9.4 s
        node.QuietUntil(Ms(8550)).Vote(Ms(8600)).Should().BeFalse("its offer of 8.2 s is out of the way, but not the peer");
        node.QuietUntil(Ms(9550)).Vote(Ms(9600)).Should().BeTrue();
    }
}
