using System.Net;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Several paths from the peer.</summary>
public sealed class PathTests
{
    [Fact]
    public void A_pair_with_two_paths_starts_and_shows_both()
    {
        var (ports, second) = (PairPorts.New(), PairPorts.New());
        using var primary = new TestNode(Primary, ports, options => TwoPaths(options, ports, second)).Started();
        using var backup = new TestNode(Backup, ports, options => TwoPaths(options, ports, second)).Started();

        primary.WaitFor(BinaryStarState.Active);
        backup.WaitFor(BinaryStarState.Passive);

        Wait.Until(() => backup.Star.Status.Paths.All(path => path.Alive), "both paths to be alive");
        backup.Star.Status.Paths.Select(path => path.RemoteEndpoint)
            .Should().Equal($"tcp://127.0.0.1:{ports.PrimaryState}", $"tcp://127.0.0.1:{second.PrimaryState}");
    }

    [Fact]
    public void The_loss_of_one_path_is_visible_and_causes_no_failover()
    {
        var (ports, second) = (PairPorts.New(), PairPorts.New());
        using var first = new RawPeer(ports.PrimaryState);
        using var other = new RawPeer(second.PrimaryState);
        using var node = new TestNode(Backup, ports, options => TwoPaths(options, ports, second)).Started();
        using var client = Client.Of(node);
        first.Subscribed();
        other.Subscribed().PublishUntil("3", () => node.State == BinaryStarState.Passive, "the node to be passive");

        first.PublishUntil("3", () => node.Star.Status.Paths is [{ Alive: true }, { Alive: false }], "the second path to be lost");

        node.Star.Status.PeerAlive.Should().BeTrue();
        node.State.Should().Be(BinaryStarState.Passive);
        client.Ask().Should().BeFalse();
    }

    [Fact]
    public void Both_paths_of_a_peer_that_publishes_more_rarely_are_accepted()
    {
        var (ports, second) = (PairPorts.New(), PairPorts.New());
        using var first = new RawPeer(ports.PrimaryState);
        using var other = new RawPeer(second.PrimaryState);
        using var node = new TestNode(Backup, ports, options =>
        {
            TwoPaths(options, ports, second);
            options.PeerHeartbeatInterval = TimeSpan.FromSeconds(20);
            options.FailoverTimeout = TimeSpan.FromMinutes(1);
            options.PeerFailoverTimeout = TimeSpan.FromMinutes(1);
        }).Started();
        first.Subscribed();
        other.Subscribed();

        for (var beat = 1; beat <= 4; beat++)
        {
            first.Publish("3");
            other.Publish("3");
            Wait.Until(() => node.Star.Status.StatesReceived == 2 * beat, $"beat {beat} to be received on both paths");
            Thread.Sleep(4 * TestNode.Heartbeat);
        }
    }

    [Fact]
    public void A_path_that_comes_back_late_is_connected_anew_rather_than_accepted()
    {
        var (ports, second) = (PairPorts.New(), PairPorts.New());
        using var first = new RawPeer(ports.PrimaryState);
        using var late = new RawPeer(second.PrimaryState);
        using var node = new TestNode(Backup, ports, options =>
        {
            TestNode.Calm(options);
            TwoPaths(options, ports, second);
        }).Started();
        late.Subscribed().PublishUntil("3", () => node.State == BinaryStarState.Passive, "the node to be passive");
        first.Subscribed().PublishUntil("3", () => node.Star.Status.Paths is [{ Alive: true }, { Alive: false }], "the second path to be silent");

        first.Publish("3");
        late.Publish("1"); // an offer out of the past: it would make the passive node active
        late.Subscribed();
        first.PublishUntil("3", () => node.Star.Status.PeerState == BinaryStarState.Active, "the first path to be believed");

        node.State.Should().Be(BinaryStarState.Passive);
        node.Changes.Should().ContainSingle();
    }

    [Fact]
    public void A_peer_is_found_at_any_address_that_its_name_has()
    {
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.PrimaryState);
        using var node = new TestNode(Backup, ports, options =>
        {
            options.RemoteEndpoints = [$"tcp://peer.example:{ports.PrimaryState}"];
            options.LookUp = _ => Task.FromResult<IPAddress[]>([IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3"), IPAddress.Loopback]);
        }).Started();

        peer.Subscribed().PublishUntil("3", () => node.State == BinaryStarState.Passive, "the node to be passive");
    }

    private static void TwoPaths(BinaryStarOptions options, PairPorts ports, PairPorts second)
    {
        options.LocalEndpoints = [$"tcp://127.0.0.1:{ports.State(options.Role)}", $"tcp://127.0.0.1:{second.State(options.Role)}"];
        var peer = TestNode.Other(options.Role);
        options.RemoteEndpoints = [$"tcp://127.0.0.1:{ports.State(peer)}", $"tcp://127.0.0.1:{second.State(peer)}"];
    }
}
