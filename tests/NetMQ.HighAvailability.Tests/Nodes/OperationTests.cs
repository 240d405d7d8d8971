using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>What operators do with a running pair.</summary>
public sealed class OperationTests
{
    [Fact]
    public async Task A_hand_over_makes_the_peer_active_and_this_node_passive()
    {
        var (primary, backup) = TestNode.StartedPair(TestNode.Calm);
        using var one = primary;
        using var other = backup;

        var outcome = await primary.Star.HandOverAsync();

        outcome.Should().Be(HandOverOutcome.Completed);
        primary.State.Should().Be(BinaryStarState.Passive);
        backup.WaitFor(BinaryStarState.Active);
        primary.Changes.Select(change => change.NewState).Should().Equal(
            BinaryStarState.Active, BinaryStarState.Yielding, BinaryStarState.Passive);
    }

    [Fact]
    public async Task A_pair_can_be_handed_to_and_fro()
    {
        var (primary, backup) = TestNode.StartedPair(TestNode.Calm);
        using var one = primary;
        using var other = backup;
        var (active, passive) = (primary, backup);

        for (var i = 0; i < 6; i++)
        {
            Wait.Until(() => active.Star.Status.PeerState == BinaryStarState.Passive, "the peer to be known as passive");
            (await active.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);
            passive.WaitFor(BinaryStarState.Active);
            (active, passive) = (passive, active);
        }
    }

    [Fact]
    public async Task A_hand_over_is_refused_by_a_node_that_is_not_active_or_knows_of_no_passive_peer()
    {
        var (primary, backup) = TestNode.StartedPair();
        using var one = primary;
        using var other = backup;
        using var lone = new TestNode(Primary, PairPorts.New());
        (await lone.Star.HandOverAsync()).Should().Be(HandOverOutcome.NotActive);
        lone.Started();
        using var client = Client.Of(lone);
        client.AskUntilAnswered();

        (await backup.Star.HandOverAsync()).Should().Be(HandOverOutcome.NotActive);
        (await lone.Star.HandOverAsync()).Should().Be(HandOverOutcome.PeerNotPassive);

        backup.State.Should().Be(BinaryStarState.Passive);
        lone.State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public async Task A_peer_that_never_takes_over_leaves_this_node_to_serve_again()
    {
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.BackupState);
        using var node = new TestNode(Primary, ports).Started();
        peer.Subscribed().PublishUntil("2", () => node.State == BinaryStarState.Active, "the node to be active");
        peer.PublishUntil("4", () => node.Star.Status.PeerState == BinaryStarState.Passive, "the peer to be known as passive");

        var outcome = node.Star.HandOverAsync();
        Wait.For(outcome, "the outcome"); // the peer publishes nothing more
        using var client = Client.Of(node);
        client.AskUntilAnswered();

        (await outcome).Should().Be(HandOverOutcome.TimedOut);
        node.State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public async Task Promotion_makes_a_lone_backup_serve_once_its_peer_can_be_taken_for_dead()
    {
        using var node = new TestNode(Backup, PairPorts.New());
        (await node.Star.PromoteAsync()).Should().Be(PromotionOutcome.NotStarted);
        node.Started();
        using var client = Client.Of(node);

        var outcome = PromotionOutcome.PeerMayBeAlive;
        while (outcome == PromotionOutcome.PeerMayBeAlive) outcome = await node.Star.PromoteAsync();
        client.AskUntilAnswered();

        outcome.Should().Be(PromotionOutcome.Completed);
        node.Changes.Single().Reason.Should().Be(BinaryStarChangeReason.Promoted);
        node.HasLogged(202).Should().BeTrue("the danger is in the log");
        node.Dispose();
        (await node.Star.PromoteAsync()).Should().Be(PromotionOutcome.NodeStopped);
        (await node.Star.HandOverAsync()).Should().Be(HandOverOutcome.NodeStopped);
    }

    [Fact]
    public async Task Cancellation_ends_the_waiting_for_an_order()
    {
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var node = new TestNode(Backup, PairPorts.New()).Started();
        Wait.Until(() => node.Star.Poller.IsRunning, "the poller to run: before, it would run the action here");
        node.Star.Poller.Run(() =>
        {
            entered.Set();
            release.Wait(TimeSpan.FromSeconds(30));
        });
        entered.Wait(TimeSpan.FromSeconds(30));
        using var impatience = new CancellationTokenSource();

        var promotion = node.Star.PromoteAsync(impatience.Token);
        var handOver = node.Star.HandOverAsync(impatience.Token);
        await impatience.CancelAsync();

        await promotion.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>("the loop has not come to the order yet");
        await handOver.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        release.Set();
        (await node.Star.HandOverAsync(CancellationToken.None)).Should().Be(HandOverOutcome.NotActive, "the node goes on");
        await node.Star.Awaiting(star => star.PromoteAsync(impatience.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task An_order_is_answered_once_its_events_were_raised()
    {
        var raised = false;
        using var node = new TestNode(Backup, PairPorts.New());
        node.Star.BecameActive += (_, _) =>
        {
            Thread.Sleep(20);
            raised = true;
        };
        node.Started();

        var outcome = PromotionOutcome.PeerMayBeAlive;
        while (outcome == PromotionOutcome.PeerMayBeAlive) outcome = await node.Star.PromoteAsync();

        raised.Should().BeTrue("the outcome is {0}", outcome);
    }

    [Fact]
    public async Task A_hand_over_whose_callbacks_take_long_is_waited_for_all_the_same()
    {
        var (primary, backup) = TestNode.StartedPair();
        using var one = primary;
        using var other = backup;
        primary.Star.LeftActive += (_, _) => Thread.Sleep(3 * TestNode.Failover);

        HandOverOutcome outcome;
        do outcome = await primary.Star.HandOverAsync();
        while (outcome == HandOverOutcome.PeerNotPassive); // a pause made what is known of it too old

        outcome.Should().Be(HandOverOutcome.Completed);
    }

    [Fact]
    public async Task Promotion_is_refused_in_every_other_state()
    {
        var (primary, backup) = TestNode.StartedPair(TestNode.Calm);
        using var one = primary;
        using var other = backup;

        (await primary.Star.PromoteAsync()).Should().Be(PromotionOutcome.NotWaiting);
        (await backup.Star.PromoteAsync()).Should().Be(PromotionOutcome.NotWaiting);
    }

    [Fact]
    public void The_loser_of_two_actives_gets_the_window_in_which_both_may_have_served()
    {
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.PrimaryState);
        using var node = new TestNode(Backup, ports);
        DualActiveLostEventArgs? lost = null;
        List<string> raised = [];
        node.Star.LeftActive += (_, _) => raised.Add("left active");
        node.Star.BecameActive += (_, _) => raised.Add("active");
        var passiveAt = DateTimeOffset.MaxValue;
        node.Star.BecamePassive += (_, _) =>
        {
            passiveAt = DateTimeOffset.UtcNow;
            Thread.Sleep(50);
            raised.Add("passive");
        };
        node.Star.DualActiveLost += (_, e) => (raised, lost) = ([.. raised, "lost"], e);
        node.Started();
        using var client = Client.Of(node);
        peer.Subscribed().PublishUntil("3", () => node.State == BinaryStarState.Passive, "the node to be passive");
        var before = DateTimeOffset.UtcNow;
        client.AskUntilAnswered();

        peer.PublishUntil("3", () => lost is not null, "the node to yield and the events to be raised");

        lost!.WindowStart.Should().BeOnOrAfter(before).And.BeBefore(lost.WindowEnd);
        lost.WindowEnd.Should().BeOnOrBefore(passiveAt, "it has not served since");
        raised.Should().Equal("passive", "active", "left active", "passive", "lost");
        node.HasLogged(203).Should().BeTrue();
    }

    [Fact]
    public void Every_request_that_was_accepted_before_a_polite_stop_gets_its_reply()
    {
        TestNode? node = null;
        var accepted = 0;
        node = new TestNode(Primary, PairPorts.New(), handler: socket =>
        {
            if (++accepted == 3000) node!.Star.Stop();
            TestNode.Echo(socket);
        }).Started();
        using var disposing = node;
        using var client = Client.Of(node);
        client.AskUntilAnswered();
        while (client.Socket.TryReceiveFrameBytes(TimeSpan.FromMilliseconds(200), out _))
        {
        }

        var before = accepted;
        for (var i = 0; i < 10_000; i++) client.Socket.SendFrame("request");
        Wait.For(node.Star.Completion, "the node to stop");

        var replies = 0;
        while (client.Socket.TryReceiveFrameBytes(TimeSpan.FromMilliseconds(500), out _)) replies++;
        replies.Should().Be(accepted - before);
        accepted.Should().BeInRange(3000, 9999);
    }

    [Fact]
    public void A_subscriber_gets_the_state_at_once_rather_than_at_the_next_heartbeat()
    {
        var ports = PairPorts.New();
        using var node = new TestNode(Primary, ports, options =>
        {
            options.HeartbeatInterval = TimeSpan.FromMinutes(10);
            options.FailoverTimeout = TimeSpan.FromMinutes(30);
        }).Started();
        Wait.Until(() => node.Star.Status.StatesPublished == 1, "the first message");

        foreach (var _ in Enumerable.Range(0, 3))
        {
            using var peer = new Sockets.SubscriberSocket();
            peer.SubscribeToAnyTopic();
            peer.Connect($"tcp://127.0.0.1:{ports.PrimaryState}");
            string? published = null;
            Wait.Until(() => peer.TryReceiveFrameString(TimeSpan.FromMilliseconds(20), out published), "the state");
            published.Should().Be("1");
        }
    }
}
