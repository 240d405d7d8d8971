using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>The clock may stand anywhere at the start; one that steps back is taken as standing still meanwhile.</summary>
public class PairEngineClockTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(1_000_000_100)]
    public void A_node_that_starts_at_any_time_counts_from_there(int milliseconds)
    {
        var start = Ms(milliseconds);
        var node = Started(Primary, start: start).Turn(start + Ms(100), "3").QuietUntil(start + Ms(2050));

        node.SaidAfter(start + Ms(50)).Take(2).Should().Equal((start + Ms(100), '4'), (start + Ms(600), '4'));
        node.Said[0].Should().Be((start, '1'));
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
    public void Its_first_word_restarts_the_schedule_too(int milliseconds)
    {
        var start = Ms(milliseconds);

        Started(Backup, start: start).QuietUntil(start + Ms(700)).Said.Should().Equal((start, '2'), (start + H, '2'));
    }

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
