using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>What a pair does for its clients, over real sockets.</summary>
public sealed class PairTests
{
    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void Started_in_any_order_the_primary_serves_and_the_backup_stands_by(BinaryStarRole first)
    {
        var ports = PairPorts.New();
        using var one = new TestNode(first, ports).Started();
        using var other = new TestNode(TestNode.Other(first), ports).Started();

        (first == Primary ? one : other).WaitFor(BinaryStarState.Active);
        (first == Primary ? other : one).WaitFor(BinaryStarState.Passive);
    }

    [Fact]
    public void The_active_node_answers_and_the_passive_one_drops_whole_requests_and_counts_them()
    {
        var (primary, backup) = TestNode.StartedPair();
        using var one = primary;
        using var other = backup;
        using var toActive = Client.Of(primary);
        using var toPassive = Client.Of(backup);

        toActive.AskUntilAnswered();
        toPassive.Socket.SendMoreFrame("three").SendMoreFrame("frames").SendFrame("each");
        toPassive.Socket.SendMoreFrame("and").SendFrame("two");

        Wait.Until(() => backup.Star.Status.VotesRejected == 2, "two requests, not five frames, to be rejected");
        backup.Star.Status.VotesAccepted.Should().Be(0);
        primary.Star.Status.VotesAccepted.Should().BeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public void Passive_takes_over_on_a_request_after_the_active_node_has_died()
    {
        var (primary, backup) = TestNode.StartedPair(TestNode.EndedByHandler, _ => throw new InvalidOperationException("dies"));
        using var one = primary;
        using var other = backup;
        using var toPrimary = Client.Of(primary);
        using var toBackup = Client.Of(backup);

        toPrimary.Ask();
        Wait.For(primary.Star.Completion.ContinueWith(_ => { }, TaskScheduler.Default), "the primary to die");
        toBackup.AskUntilAnswered();

        backup.State.Should().Be(BinaryStarState.Active);
        backup.Changes.Last().Reason.Should().Be(BinaryStarChangeReason.PeerSilent);
    }

    [Fact]
    public void Without_a_request_the_passive_node_stays_passive_however_long_its_peer_is_gone()
    {
        var (primary, backup) = TestNode.StartedPair(TestNode.EndedByHandler, _ => throw new InvalidOperationException("dies"));
        using var one = primary;
        using var other = backup;
        using var toPrimary = Client.Of(primary);

        toPrimary.Ask();
        Wait.Until(() => backup.Star.Status.PeerLastReceived > 3 * TestNode.Failover, "a long silence");

        backup.State.Should().Be(BinaryStarState.Passive);
        backup.Star.Status.PeerAlive.Should().BeFalse();
    }

    [Fact]
    public void A_lone_primary_serves_on_requests_and_a_lone_backup_never_does()
    {
        using var primary = new TestNode(Primary, PairPorts.New()).Started();
        using var backup = new TestNode(Backup, PairPorts.New()).Started();
        using var toPrimary = Client.Of(primary);
        using var toBackup = Client.Of(backup);

        toPrimary.AskUntilAnswered();
        Wait.Until(() => !toBackup.Ask() && backup.Star.Status.VotesRejected > 10, "the backup to reject");

        primary.State.Should().Be(BinaryStarState.Active);
        backup.State.Should().Be(BinaryStarState.Backup);
    }

    [Fact]
    public void A_polite_stop_hands_over_without_a_request()
    {
        var (primary, backup) = TestNode.StartedPair(TestNode.Calm);
        using var other = backup;

        primary.Dispose();
        backup.WaitFor(BinaryStarState.Active);

        backup.Changes.Last().Reason.Should().Be(BinaryStarChangeReason.PeerWaiting);
        primary.Changes.Select(change => change.NewState).Should().EndWith(
            [BinaryStarState.Yielding, BinaryStarState.Passive], "it waits for the peer's message that it has taken over");
    }

    [Fact]
    public void A_restarted_node_stands_by_for_the_one_that_took_over()
    {
        var (primary, backup) = TestNode.StartedPair();
        using var other = backup;
        primary.Dispose();
        backup.WaitFor(BinaryStarState.Active);

        using var restarted = primary.Restarted();
        restarted.WaitFor(BinaryStarState.Passive);

        restarted.Changes.Single().Reason.Should().Be(BinaryStarChangeReason.PeerActive);
        backup.State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void A_node_stalled_beyond_its_lease_gives_up_and_comes_back_passive_beside_its_successor()
    {
        using var release = new ManualResetEventSlim();
        var served = 0;
        var (primary, backup) = TestNode.StartedPair(primaryHandler: socket =>
        {
            if (Interlocked.Increment(ref served) == 1) release.Wait();
            TestNode.Echo(socket);
        });
        using var one = primary;
        using var other = backup;
        using var toPrimary = Client.Of(primary);
        using var toBackup = Client.Of(backup);

        toPrimary.Ask();
        toPrimary.Ask(); // waits in the queue of the stalled node
        toBackup.AskUntilAnswered();
        release.Set();
        primary.WaitFor(BinaryStarState.Passive);

        served.Should().Be(1, "what waited is not served beside the successor");
        primary.Changes.Select(change => change.Reason).Should().EndWith(
            [BinaryStarChangeReason.LeaseExpired, BinaryStarChangeReason.PeerActive]);
        backup.State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public void Heartbeats_continue_under_a_flood_of_requests()
    {
        var (primary, backup) = TestNode.StartedPair(TestNode.Calm);
        using var one = primary;
        using var other = backup;
        using var client = Client.Of(primary);
        var received = backup.Star.Status.StatesReceived;

        Wait.Until(
            () =>
            {
                for (var i = 0; i < 500; i++) client.Socket.SendFrame("flood");
                while (client.Socket.TryReceiveFrameBytes(out _))
                {
                }

                return backup.Star.Status.StatesReceived >= received + 6;
            },
            "six heartbeats under load");

        primary.Star.Status.VotesAccepted.Should().BeGreaterThan(1000);
        primary.Changes.Should().ContainSingle("nothing but its becoming active happened");
    }
}
