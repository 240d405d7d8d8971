using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

public class PairEngineCrashEvidenceTests
{
    [Fact]
    public void A_request_takes_over_at_once_from_a_peer_that_is_known_to_be_dead()
    {
        var node = Passive(Backup).PeerLost(Ms(1100), collectedAt: Ms(1100));
        node.State.Should().Be(BinaryStarState.Passive, "evidence alone takes nothing over");

        node.Vote(Ms(1110)).Should().BeTrue();
        node.Transitions[^1].Reason.Should().Be(BinaryStarChangeReason.PeerCrashed);
    }

    [Fact]
    public void Evidence_counts_from_when_it_was_collected_and_not_longer_than_a_restart_takes()
    {
        var node = Passive(Backup).PeerLost(Ms(1100), collectedAt: Ms(1060)).QuietUntil(Ms(1800));
        node.Vote(Ms(1810) + Instant).Should().BeFalse();

        node = Passive(Backup).PeerLost(Ms(1100), collectedAt: Ms(1060)).QuietUntil(Ms(1800));
        node.Vote(Ms(1810)).Should().BeTrue();
    }

    [Theory]
    [InlineData("3")]
    [InlineData("4")]
    public void Any_valid_message_of_the_peer_voids_the_evidence(string message)
    {
        var node = Passive(Backup).PeerLost(Ms(1100), collectedAt: Ms(1100)).Turn(Ms(1150), message);

        node.Vote(Ms(1200)).Should().BeFalse();
    }

    [Fact]
    public void A_message_with_the_nodes_own_role_does_not()
    {
        var node = Passive(Backup).PeerLost(Ms(1100), collectedAt: Ms(1100)).Turn(Ms(1150), "2");

        node.Vote(Ms(1200)).Should().BeTrue();
    }

    [Fact]
    public void A_message_refutes_evidence_from_when_it_was_received_however_long_ago_the_turn_began()
    {
        var node = Passive(Backup);
        node.Lag = Ms(80);
        node.Turn(Ms(1050), "3"); // received at 1.13 s
        node.Lag = TimeSpan.Zero;

        node.TryPeerLost(Ms(1150), collectedAt: Ms(1130)).Should().BeFalse();
        node.TryPeerLost(Ms(1150), collectedAt: Ms(1130) + Instant).Should().BeTrue();
    }

    [Fact]
    public void Evidence_collected_before_the_peer_was_last_received_is_void()
    {
        var node = Passive(Backup).Turn(Ms(1100), "3");

        node.PeerLost(Ms(1150), collectedAt: Ms(1100)).Vote(Ms(1200)).Should().BeFalse();
        node.PeerLost(Ms(1250), collectedAt: Ms(1100) + Instant).Vote(Ms(1300)).Should().BeTrue();
    }

    [Fact]
    public void Evidence_from_before_a_gap_is_void_whether_it_came_before_or_after_it()
    {
        var before = Passive(Backup).PeerLost(Ms(1050), collectedAt: Ms(1050)).Turn(Ms(1250));
        var after = Passive(Backup).Turn(Ms(1050)).Turn(Ms(1250));

        before.Vote(Ms(1270)).Should().BeFalse();
        after.TryPeerLost(Ms(1260), collectedAt: Ms(1100)).Should().BeFalse("what the peer has sent since was purged unread");
        after.Vote(Ms(1270)).Should().BeFalse();
    }

    [Fact]
    public void The_result_shows_whether_evidence_counts()
    {
        Passive(Backup).TryPeerLost(Ms(1100), collectedAt: Ms(1060)).Should().BeTrue();
        Passive(Backup).TryPeerLost(Ms(1100), collectedAt: Ms(1000)).Should().BeFalse("the peer was received then");
        Passive(Backup).QuietUntil(Ms(1850)).TryPeerLost(Ms(1850), collectedAt: Ms(1060)).Should().BeFalse("it is too old");
    }

    [Fact]
    public void Evidence_that_comes_while_messages_of_the_peer_are_still_waiting_is_not_taken()
    {
        var node = Passive(Backup);

        node.HasBacklog = true;
        node.PeerLost(Ms(1100), collectedAt: Ms(1100));

        node.HasBacklog = false;
        node.Vote(Ms(1150)).Should().BeFalse();
    }

    [Fact]
    public void A_noticed_gap_voids_the_evidence()
    {
        var node = Passive(Backup).PeerLost(Ms(1100), collectedAt: Ms(1100)).Turn(Ms(1300));

        node.Vote(Ms(1350)).Should().BeFalse("the process may have been started anew meanwhile");
    }

    [Fact]
    public void A_peer_both_dead_and_silent_for_long_counts_as_silent()
    {
        var node = Passive(Backup).QuietUntil(Ms(3050)).PeerLost(Ms(3100), collectedAt: Ms(3100));

        node.Vote(Ms(3150)).Should().BeTrue();
        node.Transitions[^1].Reason.Should().Be(BinaryStarChangeReason.PeerSilent);
    }

    [Fact]
    public void A_waiting_primary_is_still_held_back_by_its_own_offer()
    {
        var node = Started(Primary).QuietUntil(Ms(1000)).PeerLost(Ms(1050), collectedAt: Ms(1050));
        node.Vote(Ms(1100)).Should().BeFalse();

        node.QuietUntil(Ms(1375)).State.Should().Be(BinaryStarState.Active, "the offer of 1.0 s is out of the way");
        node.Transitions[^1].Reason.Should().Be(BinaryStarChangeReason.PeerCrashed);
    }

    [Fact]
    public void A_waiting_backup_rejects_requests_however_dead_the_peer()
    {
        var node = Started(Backup).QuietUntil(Ms(1000)).PeerLost(Ms(1050), collectedAt: Ms(1050));

        node.QuietUntil(Ms(1400)).Vote(Ms(1450)).Should().BeFalse();
    }
}
