using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>A gap of more than H/2 between turns of a node that is not active: it settles again.</summary>
public class PairEngineLongGapTests
{
    [Fact]
    public void A_passive_node_settles_after_a_long_gap()
    {
        var woken = Ms(1250) + Instant;
        var node = Passive(Backup).Turn(woken).QuietUntil(Ms(1950)).Turn(woken + Ms(750) - Instant, "1");
        node.State.Should().Be(BinaryStarState.Passive);

        node.Turn(woken + Ms(750), "1").State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void A_waiting_primary_settles_after_a_long_gap()
    {
        var node = Started(Primary).QuietUntil(Ms(1000)).Turn(Ms(1300)).Turn(Ms(1400), "2");
        node.State.Should().Be(BinaryStarState.Primary);

        node.QuietUntil(Ms(2000)).Turn(Ms(2050), "2").State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void An_active_peer_is_believed_while_settling_after_a_long_gap()
    {
        Started(Primary).QuietUntil(Ms(1000)).Turn(Ms(1300)).Turn(Ms(1310), "3")
            .State.Should().Be(BinaryStarState.Passive);
    }

    [Fact]
    public void An_active_node_does_not_settle_after_a_long_gap_within_its_lease()
    {
        // Two actives meet right after the gap; then the peer restarts and offers the pair.
        var node = Active(Backup).Turn(Ms(1300)).Turn(Ms(1350), "3");
        node.State.Should().Be(BinaryStarState.Passive);

        node.Turn(Ms(1400), "1").State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void A_long_gap_gives_the_peer_a_whole_failover_timeout_to_be_received_however_long_it_was()
    {
        var node = Passive(Backup).Turn(Ms(11_000)).QuietUntil(Ms(12_950));

        node.Vote(Ms(13_000) - Instant).Should().BeFalse();
        node.Vote(Ms(13_000)).Should().BeTrue();
    }
}
