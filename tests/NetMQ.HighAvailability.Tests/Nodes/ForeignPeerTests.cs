using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>The guide's Java and C++ reactors publish states in forms of their own: nothing that they publish is believed.</summary>
public sealed class ForeignPeerTests
{
    private const int ForeignPeer = 330;

    public static TheoryData<string, byte[]> Signs => new()
    {
        { "Java: primary", "0"u8.ToArray() },
        { "C++: backup, little endian", [2, 0, 0, 0] },
        { "C++: active, big endian", [0, 0, 0, 3] },
    };

    [Theory]
    [MemberData(nameof(Signs))]
    public void Such_a_peer_is_reported_once_at_error_and_no_message_of_it_is_believed_from_then_on(string what, byte[] sign)
    {
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.PrimaryState);
        using var node = new TestNode(Backup, ports).Started();
        peer.Subscribed();
        peer.PublishUntil("nonsense", () => node.Star.Status.GarbageReceived > 0, "the peer to be received");

        Wait.Until(
            () =>
            {
                peer.Publish(sign);
                peer.Publish("3");
                peer.Publish("2");
                return node.Star.Status.GarbageReceived >= 30;
            },
            $"the messages to be ignored ({what})");

        node.State.Should().Be(BinaryStarState.Backup);
        node.Star.Status.PeerLastReceived.Should().BeNull();
        node.Star.Status.OwnRoleReceived.Should().Be(0);
        node.LogCount(ForeignPeer).Should().Be(1, "the log is rate-limited");
        node.Logged.Single(record => record.Id.Id == ForeignPeer).Message.Should().Contain("Java").And.Contain("C++");
    }

    [Fact]
    public void A_node_that_replaces_it_is_believed_after_a_failover_timeout_of_silence()
    {
        var ports = PairPorts.New();
        using var node = new TestNode(Backup, ports).Started();
        using (var foreign = new RawPeer(ports.PrimaryState))
        {
            foreign.Subscribed().PublishUntil("0", () => node.HasLogged(ForeignPeer), "the peer to be recognised");
        }

        Wait.Until(() => Support.Ports.IsFree(ports.PrimaryState), "the port to be free again");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Wait.Until(() => clock.Elapsed > TestNode.Failover, "the path to have been silent");
        using var proper = new TestNode(Primary, ports).Started();

        node.WaitFor(BinaryStarState.Passive);
        proper.WaitFor(BinaryStarState.Active);
    }
}
