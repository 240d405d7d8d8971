using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>A clock that steps back is taken as standing still until it has caught up.</summary>
public class PairEngineClockTests
{
    [Fact]
    public void A_step_back_is_no_gap_and_changes_nothing()
    {
        var node = Passive(Backup).Turn(Ms(1050));
        var said = node.Said.Count;

        node.TryTurn(Ms(200)).Should().BeFalse();

        node.State.Should().Be(BinaryStarState.Passive);
        node.Memory.Turn.Should().Be(Ms(1050));
        node.Memory.Expiry.Should().Be(Ms(3000));
        node.Said.Should().HaveCount(said);
    }

    [Fact]
    public void Catching_up_is_no_gap_either()
    {
        var node = Passive(Backup).Turn(Ms(1050)).Turn(Ms(500)).Turn(Ms(900));

        node.TryTurn(Ms(1100)).Should().BeFalse();
        node.QuietUntil(Ms(2950)).Vote(Ms(3000) - Instant).Should().BeFalse();
        node.Vote(Ms(3000)).Should().BeTrue();
    }

    [Fact]
    public void Messages_heard_meanwhile_count_from_where_the_clock_stood()
    {
        var node = Passive(Backup).Turn(Ms(1050)).Turn(Ms(200), "3");

        node.Memory.LastHeard.Should().Be(Ms(1050));
        node.Memory.Expiry.Should().Be(Ms(3050));
    }

    [Fact]
    public void An_expired_peer_stays_expired()
    {
        Passive(Backup).QuietUntil(Ms(3050)).Vote(Ms(100)).Should().BeTrue();
    }
}
