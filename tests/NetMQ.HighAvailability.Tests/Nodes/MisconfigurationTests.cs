using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Pairs that were set up wrongly, and links that do not work: an exception or a warning, with the remedy.</summary>
public sealed class MisconfigurationTests
{
    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void Two_nodes_of_one_role_end_with_the_reason(BinaryStarRole role)
    {
        var ports = PairPorts.New();
        using var one = new TestNode(role, ports);
        using var other = new TestNode(role, new PairPorts(ports.BackupState, ports.PrimaryState, Ports.Free(), Ports.Free()));
        var mine = $"tcp://127.0.0.1:{ports.State(role)}";
        mine.Should().NotBeEmpty();

        one.Started();
        other.Started();
        Wait.For(Task.WhenAny(one.Star.Completion, other.Star.Completion), "one of them to end");

        var fault = one.Star.Completion.Exception ?? other.Star.Completion.Exception;
        fault!.InnerException.Should().BeOfType<SameRoleException>()
            .Which.Message.Should().Contain("RemoteEndpoints").And.Contain("Primary").And.Contain("Backup");
    }

    [Fact]
    public void A_newcomer_of_the_same_role_does_not_take_a_healthy_node_down()
    {
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.BackupState);
        using var node = new TestNode(Primary, ports).Started();
        peer.Subscribed().PublishUntil("2", () => node.State == BinaryStarState.Active, "the node to be active");
        peer.PublishUntil("1", () => node.Star.Status.OwnRoleReceived > 0, "everything published before to be received");
        var received = node.Star.Status.StatesReceived;

        peer.PublishUntil("1", () => node.Star.Status.OwnRoleReceived > 3, "the newcomer to be counted");

        node.State.Should().Be(BinaryStarState.Active);
        node.Star.Status.StatesReceived.Should().Be(received);
        node.LogCount(301).Should().Be(1, "the log is rate-limited");
    }

    [Fact]
    public void Two_actives_end_under_the_originals_policy()
    {
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.BackupState);
        using var node = new TestNode(Primary, ports, options => options.DualActivePolicy = DualActivePolicy.Abort).Started();
        peer.Subscribed().PublishUntil("2", () => node.State == BinaryStarState.Active, "the node to be active");

        peer.PublishUntil("3", () => node.Star.Completion.IsCompleted, "the node to end");

        node.Star.Completion.Exception!.InnerException.Should().BeOfType<DualActiveException>();
    }

    [Fact]
    public void A_backup_yields_to_another_active_node()
    {
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.PrimaryState);
        using var node = new TestNode(Backup, ports).Started();
        using var client = Client.Of(node);
        peer.Subscribed().PublishUntil("3", () => node.State == BinaryStarState.Passive, "the node to be passive");
        client.AskUntilAnswered();

        peer.PublishUntil("3", () => node.State == BinaryStarState.Passive, "the node to yield");

        node.Changes.Last().Reason.Should().Be(BinaryStarChangeReason.DualActive);
    }

    [Fact]
    public void A_primary_stays_among_two_actives_and_gives_in_when_its_messages_do_not_arrive()
    {
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.BackupState);
        using var node = new TestNode(Primary, ports).Started();
        peer.Subscribed().PublishUntil("2", () => node.State == BinaryStarState.Active, "the node to be active");

        peer.PublishUntil("3", () => node.State == BinaryStarState.Passive, "the node to give in");

        node.Changes.Last().Reason.Should().Be(BinaryStarChangeReason.DualActive);
        node.LogCount(302).Should().Be(1, "it stayed active at first, and logged that once");
    }

    [Fact]
    public void A_peer_that_publishes_but_does_not_subscribe_is_reported_once()
    {
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.PrimaryState);
        using var node = new TestNode(Backup, ports).Started();

        peer.Subscribed().PublishUntil("3", () => node.HasLogged(306), "the one-way link to be reported");
        for (var i = 0; i < 20; i++) peer.PublishUntil("3", () => true, "more heartbeats");

        node.LogCount(306).Should().Be(1);
    }

    [Fact]
    public void A_peer_that_subscribes_but_does_not_publish_is_reported()
    {
        var ports = PairPorts.New();
        using var node = new TestNode(Primary, ports).Started();
        using var subscriber = new Sockets.SubscriberSocket();
        subscriber.SubscribeToAnyTopic();
        subscriber.Connect($"tcp://127.0.0.1:{ports.PrimaryState}");

        Wait.Until(() => node.HasLogged(307), "the one-way link to be reported");
    }

    [Fact]
    public void A_peer_whose_name_does_not_resolve_is_reported_and_tried_again()
    {
        var ports = PairPorts.New();
        using var node = new TestNode(Primary, ports, options => options.RemoteEndpoints = ["tcp://no-such-host.invalid:5004"]).Started();
        using var client = Client.Of(node);

        client.AskUntilAnswered();
        Wait.Until(() => node.HasLogged(305), "the name to be reported");

        node.Logged.First(record => record.Id.Id == 305).Message.Should().Contain("no-such-host.invalid");
        node.Star.Completion.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public void A_peer_behind_a_name_is_found_when_it_comes()
    {
        var ports = PairPorts.New();
        using var node = new TestNode(
            Backup, ports, options => options.RemoteEndpoints = [$"tcp://localhost:{ports.PrimaryState}"]).Started();
        Wait.Until(() => node.LogCount(403) > 1, "the silent peer to be dialled anew");

        using var peer = new TestNode(Primary, ports).Started();

        node.WaitFor(BinaryStarState.Passive);
        peer.WaitFor(BinaryStarState.Active);
    }

    [Fact]
    public void A_slow_handler_is_reported()
    {
        using var slow = new ManualResetEventSlim();
        using var node = new TestNode(Primary, PairPorts.New(), handler: socket =>
        {
            slow.Wait(TestNode.Heartbeat);
            TestNode.Echo(socket);
        }).Started();
        using var client = Client.Of(node);

        Wait.Until(() => client.Ask() || node.HasLogged(304), "the slow handler to be reported");

        Wait.Until(() => node.HasLogged(304), "the slow handler to be reported");
    }

    [Fact]
    public void A_clock_that_steps_back_is_reported_and_the_active_node_gives_up()
    {
        var clock = new SteppingClock();
        var ports = PairPorts.New();
        using var node = new TestNode(Primary, ports, options => options.TimeProvider = clock).Started();
        using var peer = new TestNode(Backup, ports).Started();
        node.WaitFor(BinaryStarState.Active);

        // A step in the middle of a turn is none between two turns: step until one is.
        Wait.Until(
            () =>
            {
                clock.StepBack(TimeSpan.FromMilliseconds(30));
                return SpinWait.SpinUntil(() => node.HasLogged(308), TestNode.Heartbeat);
            },
            "the step to be reported");
        Wait.Until(() => node.Changes.Any(change => change.Reason == BinaryStarChangeReason.LeaseExpired), "the node to give up active");
        node.Star.Completion.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public void A_very_short_heartbeat_is_allowed_with_a_warning()
    {
        using var node = new TestNode(Primary, PairPorts.New(), options =>
        {
            options.HeartbeatInterval = TimeSpan.FromMilliseconds(20);
            options.FailoverTimeout = TimeSpan.FromMilliseconds(60);
        });

        node.HasLogged(105).Should().BeTrue();
    }

    private sealed class SteppingClock : TimeProvider
    {
        private long offset;

        public override long GetTimestamp() => base.GetTimestamp() - Interlocked.Read(ref offset);

        public void StepBack(TimeSpan step) => Interlocked.Add(ref offset, (long)(step.TotalSeconds * TimestampFrequency));
    }
}
