using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>A node that lost its lease while it was alone takes active back, and offers the pair to nobody meanwhile.</summary>
public class PairEngineReclaimTests
{
    // Both nodes are active from 1 s on, and received their peer then for the last time: it is gone at 3 s.
    private static readonly TimeSpan Woken = Ms(11_000);

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void After_a_failover_timeout_without_the_peer_it_is_active_again_without_a_request(BinaryStarRole role)
    {
        var node = Paused(role).QuietUntil(Woken + F - Instant);
        node.State.Should().Be(BinaryStarState.Yielding);

        node.Turn(Woken + F).State.Should().Be(BinaryStarState.Active);
        node.Transitions[^1].Reason.Should().Be(BinaryStarChangeReason.PeerSilent);
        node.Published[^1].Should().Be((Woken + F, '3'));
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void Meanwhile_it_publishes_passive_and_makes_no_offer(BinaryStarRole role) =>
        Paused(role).QuietUntil(Woken + F - Instant).PublishedAfter(Woken - Instant).Should().Equal(
            (Woken, '4'), (Woken + H, '4'), (Woken + (H * 2), '4'), (Woken + (H * 3), '4'));

    [Fact]
    public void It_was_alone_only_if_the_peer_was_gone_before_the_pause()
    {
        Active(Backup).QuietUntil(Ms(2950)).Turn(Ms(3000) - Instant).Turn(Woken).Published[^1].Should().Be((Woken, '2'), "the peer was not gone yet");
        Active(Backup).QuietUntil(Ms(2950)).Turn(Ms(3000)).Turn(Woken).Published[^1].Should().Be((Woken, '4'));
    }

    [Theory]
    [InlineData(Primary, '2')]
    [InlineData(Backup, '1')]
    public void It_takes_the_pair_from_a_peer_that_waits_once_it_has_settled(BinaryStarRole role, char offer)
    {
        var node = Paused(role).QuietUntil(Woken + Ms(700)).Turn(Woken + Ms(750) - Instant, $"{offer}");
        node.State.Should().Be(BinaryStarState.Yielding);

        node.Turn(Woken + Ms(750), $"{offer}").State.Should().Be(BinaryStarState.Active);
        node.Transitions[^1].Reason.Should().Be(BinaryStarChangeReason.PeerWaiting);
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void A_peer_that_took_over_meanwhile_keeps_the_pair(BinaryStarRole role) =>
        Paused(role).Turn(Woken + Ms(100), "3").QuietUntil(Woken + (F * 3)).State.Should().Be(BinaryStarState.Passive);

    [Theory]
    [InlineData(Primary, '1')]
    [InlineData(Backup, '2')]
    public void A_passive_peer_is_offered_the_pair_as_ever(BinaryStarRole role, char offer)
    {
        var node = Paused(role).Turn(Woken + Ms(100), "4");
        node.Published[^1].Should().Be((Woken + Ms(100), offer));

        node.QuietUntil(Woken + (F * 3)).State.Should().Be(BinaryStarState.Yielding, "only a request makes it active now");
    }

    [Fact]
    public void A_further_pause_begins_the_time_anew()
    {
        var again = Woken + Ms(1000);
        var node = Paused(Backup).QuietUntil(Woken + Ms(500)).Turn(again).QuietUntil(again + F - Instant);
        node.State.Should().Be(BinaryStarState.Yielding);

        node.Turn(again + F).State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void A_node_that_is_stopped_stays_as_it_is()
    {
        var node = Paused(Backup);
        node.Stop(Woken + Ms(100)).Should().BeFalse();

        node.QuietUntil(Woken + (F * 2)).State.Should().Be(BinaryStarState.Yielding);
    }

    [Fact]
    public void A_clock_that_stepped_back_leaves_nothing_to_take_back()
    {
        var node = Paused(Primary).Turn(Ms(5000)).QuietUntil(Ms(5000) + (F * 2));

        node.State.Should().Be(BinaryStarState.Yielding);
        node.Published[^1].Digit.Should().Be('1');
    }

    [Fact]
    public void Beside_an_original_it_publishes_nothing_until_a_passive_one_would_have_been_received()
    {
        // The original exits when it is passive and its peer is passive too. H′ is 1 s, F′ 2 s.
        var node = Paused(Backup, Timing.From(H, F * 3 / 2, Ms(1000), F)).QuietUntil(Woken + Ms(1750));

        node.PublishedAfter(Woken - Instant).Should().Equal([(Woken + Ms(1250), '4'), (Woken + Ms(1750), '4')]);
    }

    private static Node Paused(BinaryStarRole role, Timing? timing = null) => Active(role, timing: timing).QuietUntil(Ms(9000)).Turn(Woken);
}
