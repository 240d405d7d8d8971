using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>A waiting or yielding node's own offer, still in flight, would make its peer active as well.</summary>
public class PairEngineOfferGuardTests
{
    // Alone since its start, a primary makes an offer at 2.0 s, where its peer expires: the guard ends at 2375 ms.
    private static Node LonePrimary() => Started(Primary).QuietUntil(Ms(2050));

    [Fact]
    public void A_lone_primary_serves_as_soon_as_its_last_offer_is_out_of_the_way()
    {
        LonePrimary().QuietUntil(Ms(2350)).Vote(Ms(2375)).Should().BeTrue();
    }

    [Fact]
    public void A_request_that_comes_sooner_is_rejected_and_makes_it_active_when_the_guard_has_passed()
    {
        var node = LonePrimary();
        node.Vote(Ms(2100)).Should().BeFalse();

        node.QuietUntil(Ms(2375) - Instant).State.Should().Be(BinaryStarState.Primary);
        node.Turn(Ms(2375)).State.Should().Be(BinaryStarState.Active);
        node.Transitions[^1].Reason.Should().Be(BinaryStarChangeReason.PeerSilent);
        node.Vote(Ms(2400)).Should().BeTrue();
    }

    [Fact]
    public void While_it_waits_for_the_guard_a_node_makes_no_further_offer()
    {
        var longGuard = Timing.From(H, F) with { OfferGuard = Ms(1500) };
        var node = Started(Primary, timing: longGuard).QuietUntil(Ms(2050));
        node.Vote(Ms(2100)).Should().BeFalse();

        node.Welcome(Ms(2200)).QuietUntil(Ms(4000));

        node.PublishedAfter(Ms(2000)).Should().StartWith((Ms(3500), '3'), "each offer would put its own service off again");
    }

    [Fact]
    public void A_message_of_the_peer_undoes_the_waiting_and_the_offers_go_on()
    {
        var node = LonePrimary();
        node.Vote(Ms(2100)).Should().BeFalse();

        node.Turn(Ms(2200), "4").Welcome(Ms(2250)).QuietUntil(Ms(2800));

        node.State.Should().Be(BinaryStarState.Primary);
        node.PublishedAfter(Ms(2100)).Should().Equal((Ms(2250), '1'), (Ms(2750), '1'));
    }

    [Fact]
    public void A_noticed_gap_undoes_the_waiting()
    {
        var node = LonePrimary();
        node.Vote(Ms(2100)).Should().BeFalse();

        node.Turn(Ms(2300)).Welcome(Ms(2350)).QuietUntil(Ms(4000));

        node.PublishedAfter(Ms(2100)).Should().StartWith((Ms(2350), '1'), "it offers again");
        node.State.Should().Be(BinaryStarState.Primary);
    }

    [Fact]
    public void A_change_of_state_undoes_the_waiting()
    {
        var node = LonePrimary();
        node.Vote(Ms(2100)).Should().BeFalse();

        node.Turn(Ms(2200), "3").QuietUntil(Ms(6000)).State.Should().Be(BinaryStarState.Passive);
        node.PublishedAfter(Ms(2100)).Should().StartWith((Ms(2200), '4'));
    }

    [Fact]
    public void The_end_of_the_guard_waits_until_everything_from_the_peer_was_received()
    {
        var node = LonePrimary();
        node.Vote(Ms(2100)).Should().BeFalse();
        node.QuietUntil(Ms(2350));

        node.HasBacklog = true;
        node.Turn(Ms(2400)).State.Should().Be(BinaryStarState.Primary);

        node.HasBacklog = false;
        node.Turn(Ms(2450)).State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void A_yielding_node_is_held_back_as_a_waiting_one_is()
    {
        var node = Yielding(Backup).QuietUntil(Ms(3050)); // received at 1.0 s, the last offer at 3.0 s
        node.Vote(Ms(3100)).Should().BeFalse();

        node.QuietUntil(Ms(3375) - Instant).State.Should().Be(BinaryStarState.Yielding);
        node.Turn(Ms(3375)).State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void A_passive_node_is_not_held_back_by_an_offer_it_once_made()
    {
        var longGuard = Timing.From(H, F) with { OfferGuard = Ms(1500) };
        var node = Yielding(Backup, longGuard).Turn(Ms(1050), "3").QuietUntil(Ms(1750));

        node.PeerLost(Ms(1800), collectedAt: Ms(1800)).Vote(Ms(1850)).Should().BeTrue("its peer took the offer at 1050 ms");
    }

    [Fact]
    public void Evidence_that_runs_out_before_the_guard_does_is_not_acted_upon()
    {
        var node = Yielding(Primary).QuietUntil(Ms(1250)).PeerLost(Ms(1300), collectedAt: Ms(1300)).QuietUntil(Ms(2000));

        node.Vote(Ms(2040)).Should().BeFalse("the offer of 2.0 s is in flight");
        node.Memory.Pending.Should().Be(PendingPromotion.Vote);

        node.QuietUntil(Ms(2600)).State.Should().Be(BinaryStarState.Yielding, "the evidence was good until 2050 ms");
        node.PublishedAfter(Ms(2000)).Should().Equal((Ms(2500), '1'));
    }
}
