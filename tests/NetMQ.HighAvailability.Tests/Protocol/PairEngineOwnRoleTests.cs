using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>Two nodes of one role, or a node connected to itself.</summary>
public class PairEngineOwnRoleTests
{
    [Theory]
    [InlineData(Primary, "1", 100)]
    [InlineData(Primary, "1", 1000)]
    [InlineData(Backup, "2", 100)]
    [InlineData(Backup, "2", 1000)]
    public void It_is_fatal_to_a_waiting_node_settled_or_not(BinaryStarRole role, string own, int milliseconds)
    {
        var node = Started(role).QuietUntil(Ms(milliseconds)).Turn(Ms(milliseconds + 10), own);

        node.LastResult.Should().Be(ReceiveResult.OwnRoleFatal);
    }

    [Theory]
    [InlineData(Primary, "2")]
    [InlineData(Backup, "1")]
    public void The_other_role_is_valid(BinaryStarRole role, string other)
    {
        Started(role).Turn(Ms(10), other).LastResult.Should().Be(ReceiveResult.Valid);
    }

    [Theory]
    [InlineData(Primary, "1")]
    [InlineData(Backup, "2")]
    public void A_node_that_has_met_its_peer_goes_on(BinaryStarRole role, string own)
    {
        foreach (var node in new[] { Active(role), Passive(role), Yielding(role) })
        {
            var before = node.State;

            node.Turn(Ms(1100), own);

            node.LastResult.Should().Be(ReceiveResult.OwnRoleIgnored);
            node.State.Should().Be(before);
        }
    }

    [Theory]
    [InlineData(Primary, "1")]
    [InlineData(Backup, "2")]
    public void It_does_not_keep_a_dead_peer_alive(BinaryStarRole role, string own)
    {
        var node = Passive(role).QuietUntil(Ms(2850)).Turn(Ms(2900), own);

        node.Memory.LastReceived.Should().Be(Ms(1000));
        node.Memory.LastMessage.Should().Be(PeerMessage.Active);
        node.Vote(Ms(3000), received: own).Should().BeTrue();
    }

    [Fact]
    public void It_does_not_undo_a_promotion_that_waits_for_its_guard()
    {
        var node = Yielding(Primary).QuietUntil(Ms(3050));
        node.Vote(Ms(3100)).Should().BeFalse();

        node.Turn(Ms(3200), "1").QuietUntil(Ms(3375)).State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void It_does_not_put_off_the_limit_of_the_expiry()
    {
        Passive(Primary).Turn(Ms(1100), "1").Memory.ExpiryLimit.Should().Be(Ms(5000));
    }
}
