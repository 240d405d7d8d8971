using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>An operator's order to a backup whose primary never came.</summary>
public class PairEnginePromotionTests
{
    // Alone since its start; its offers were made every half second, the one that counts at 2.0 s.
    private static Node LoneBackup(TimeSpan until) => Started(Backup).QuietUntil(until);

    [Fact]
    public void Without_an_order_a_backup_alone_rejects_every_request()
    {
        var node = LoneBackup(Ms(9950));

        node.Vote(Ms(10_000)).Should().BeFalse();
        node.QuietUntil(Ms(11_000)).State.Should().Be(BinaryStarState.Backup);
    }

    [Fact]
    public void An_order_makes_it_active_and_it_serves()
    {
        var node = LoneBackup(Ms(2350));

        node.Promote(Ms(2375)).Should().Be(Promotion.Done);

        node.Transitions[^1].Should().Be(
            new Transition(BinaryStarState.Backup, BinaryStarState.Active, BinaryStarChangeReason.Promoted));
        node.Published[^1].Should().Be((Ms(2375), '3'));
        node.Vote(Ms(2400)).Should().BeTrue();
    }

    [Fact]
    public void An_order_before_the_failover_timeout_is_refused_and_forgotten()
    {
        var node = LoneBackup(Ms(1950));

        node.Promote(Ms(2000) - Instant).Should().Be(Promotion.PeerMayBeAlive);
        node.QuietUntil(Ms(4000)).State.Should().Be(BinaryStarState.Backup);
    }

    [Fact]
    public void An_order_while_messages_of_the_peer_are_still_waiting_is_refused()
    {
        var node = LoneBackup(Ms(2350));

        node.HasBacklog = true;
        node.Promote(Ms(2400)).Should().Be(Promotion.PeerMayBeAlive);
    }

    [Fact]
    public void An_order_soon_after_the_last_offer_is_carried_out_when_the_guard_has_passed()
    {
        var node = LoneBackup(Ms(2050));
        node.Promote(Ms(2100)).Should().Be(Promotion.Pending);

        node.QuietUntil(Ms(2375) - Instant).State.Should().Be(BinaryStarState.Backup);
        node.Turn(Ms(2375)).State.Should().Be(BinaryStarState.Active);
        node.Transitions[^1].Reason.Should().Be(BinaryStarChangeReason.Promoted);
    }

    [Fact]
    public void An_order_is_dropped_when_the_peer_turns_out_to_be_alive_after_all()
    {
        var node = LoneBackup(Ms(2050));
        node.Promote(Ms(2100)).Should().Be(Promotion.Pending);

        node.Turn(Ms(2150), "1").QuietUntil(Ms(4000)).State.Should().Be(BinaryStarState.Backup);
    }

    [Fact]
    public void A_vote_is_no_order()
    {
        var node = LoneBackup(Ms(2050));

        node.Vote(Ms(2100)).Should().BeFalse();
        node.Memory.Pending.Should().Be(PendingPromotion.None);
    }

    [Fact]
    public void Only_a_waiting_backup_can_be_promoted()
    {
        Started(Primary).QuietUntil(Ms(2350)).Promote(Ms(2400)).Should().Be(Promotion.NotWaiting);
        Passive(Backup).QuietUntil(Ms(3950)).Promote(Ms(4000)).Should().Be(Promotion.NotWaiting);
        Active(Backup).QuietUntil(Ms(3950)).Promote(Ms(4000)).Should().Be(Promotion.NotWaiting);
        Yielding(Backup).QuietUntil(Ms(3350)).Promote(Ms(3400)).Should().Be(Promotion.NotWaiting);
    }
}
