using System.Text;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Whatever comes over the state link that is no state changes nothing.</summary>
public sealed class PeerAbuseTests
{
    public static TheoryData<string, byte[][]> Garbage => new()
    {
        { "empty", [[]] },
        { "5", [[(byte)'5']] },
        { "-1", [Encoding.ASCII.GetBytes("-1")] },
        { " 3", [Encoding.ASCII.GetBytes(" 3")] },
        { "3\\n", [Encoding.ASCII.GetBytes("3\n")] },
        { "3 and a zero", [[(byte)'3', 0]] },
        { "binary 3", [[3]] },
        { "abc", [Encoding.ASCII.GetBytes("abc")] },
        { "two frames", [[(byte)'3'], [(byte)'3']] },
        { "a state and an empty frame", [[(byte)'3'], []] },
        { "a hundred frames", [.. Enumerable.Repeat(new[] { (byte)'3' }, 100)] },
    };

    [Theory]
    [MemberData(nameof(Garbage))]
    public void Garbage_is_counted_and_neither_changes_the_state_nor_refreshes_the_expiry(string what, byte[][] frames)
    {
        what.Should().NotBeEmpty();
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.PrimaryState);
        using var node = new TestNode(Backup, ports).Started();
        peer.Subscribed();

        Wait.Until(
            () =>
            {
                peer.Publish(frames);
                return node.Star.Status.GarbageReceived >= 5;
            },
            "five messages to be counted as garbage");

        node.State.Should().Be(BinaryStarState.Backup);
        node.Star.Status.PeerLastReceived.Should().BeNull();
        node.Star.Status.StatesReceived.Should().Be(0);
        node.LogCount(300).Should().Be(1, "the log is rate-limited");
    }

    [Fact]
    public void A_passive_node_under_garbage_still_takes_over()
    {
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.PrimaryState);
        using var node = new TestNode(Backup, ports).Started();
        using var client = Client.Of(node);
        peer.Subscribed().PublishUntil("3", () => node.State == BinaryStarState.Passive, "the node to be passive");

        Wait.Until(
            () =>
            {
                peer.Publish("nonsense");
                return client.Ask();
            },
            "the take-over");

        node.State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void A_burst_of_a_hundred_thousand_messages_changes_nothing_and_costs_no_memory()
    {
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.PrimaryState);
        using var node = new TestNode(Backup, ports).Started();
        peer.Subscribed();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < 100_000; i++) peer.Publish("garbage");
        peer.PublishUntil("3", () => node.State == BinaryStarState.Passive, "a valid message behind it to count");

        // A pause of this machine in the middle purges what is queued, so not all of it need be received.
        node.Star.Status.GarbageReceived.Should().BeInRange(1, 100_000);
        node.Changes.Should().ContainSingle();
        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(20_000_000);
        node.LogCount(300).Should().BeLessThan(10);
    }

    [Fact]
    public void An_oversized_message_is_never_received_and_the_link_recovers()
    {
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.PrimaryState);
        using var node = new TestNode(Backup, ports).Started();
        peer.Subscribed();

        peer.Publish(new byte[1_000_000]);
        peer.Subscribed().PublishUntil("3", () => node.State == BinaryStarState.Passive, "the node to reconnect and receive a state");

        node.Star.Status.StatesReceived.Should().BeGreaterThan(0);
    }

    [Fact]
    public void Noise_sent_to_the_publisher_is_ignored()
    {
        var ports = PairPorts.New();
        using var node = new TestNode(Primary, ports).Started();
        using var noise = new Sockets.XSubscriberSocket();
        noise.Connect($"tcp://127.0.0.1:{ports.PrimaryState}");
        for (var i = 0; i < 300; i++) noise.SendMoreFrame("not").SendFrame("a subscription");
        noise.SendFrame([1]);

        string? published = null;
        Wait.Until(() => noise.TryReceiveFrameString(TimeSpan.FromMilliseconds(10), out published), "the node to publish its state");

        published.Should().Be("1");
        node.Star.Completion.IsCompleted.Should().BeFalse();
    }
}
