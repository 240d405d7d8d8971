using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>
/// A pair with an arbiter, over real sockets; the arbiter is in memory. A pause of a busy machine may begin one term more, so tokens are compared, not counted.
/// </summary>
public sealed class ArbiterPairTests
{
    private const string Pair = "orders";
    private readonly InMemoryArbiter arbiter = new();

    [Fact]
    public void Terms_have_rising_tokens_and_a_whole_pair_serves_by_its_promises_and_asks_the_arbiter_for_nothing()
    {
        var (primary, backup) = StartedPair(Calm);
        using var one = primary;
        using var other = backup;

        WaitUntilWhole(primary);
        var token = arbiter[Pair]!.Claim.Token;
        token.Should().BePositive();
        arbiter[Pair]!.Claim.Should().BeEquivalentTo(new { Holder = Primary, Lease = TimeSpan.Zero });
        primary.Star.Term.Should().BeEquivalentTo(new { Pair, FencingToken = (long?)token });
        primary.Star.Status.Arbiter.Should().BeEquivalentTo(new { Reachable = true, Token = token, Holder = (BinaryStarRole?)Primary, ServesBy = BinaryStarMandate.Peer });
        Wait.Until(() => backup.Star.Status.Arbiter is { ServesBy: BinaryStarMandate.None } known && known.Token == token, "the backup to know the token");
        primary.HasLogged(350).Should().BeTrue();

        var writes = arbiter.Written.Count;
        using var client = Client.Of(primary);
        var asked = primary.Star.Status.StatesPublished;
        Wait.Until(() => client.Ask() && primary.Star.Status.StatesPublished > asked + 10, "a while of service");
        arbiter.Written.Count.Should().Be(writes);
    }

    [Fact]
    public async Task Each_node_prepares_its_first_write_by_one_that_is_refused_so_that_a_failover_does_not_wait_for_it()
    {
        var (primary, backup) = StartedPair();
        using var one = primary;
        using var other = backup;

        Wait.Until(() => Preparing() == 2, "a write of each node with a version that no record has");

        WaitUntilWhole(primary);
        (await primary.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);
        Preparing().Should().Be(2, "once is enough, however often they read");

        int Preparing() => arbiter.Refused.Count(it => Guid.TryParse(it.ExpectedVersion, out _));
    }

    [Fact]
    public void A_node_that_may_only_read_the_record_says_so_when_it_starts()
    {
        arbiter.Put(Pair, new ArbiterClaim(7, Primary, Guid.NewGuid(), TimeSpan.Zero));
        arbiter.IsReadOnly = true;

        using var backup = new TestNode(Backup, PairPorts.New(), WithArbiter).Started();

        Wait.Until(() => backup.HasLogged(357), "the log to say so");
    }

    [Fact]
    public async Task A_hand_over_begins_a_term_with_the_next_token()
    {
        var (primary, backup) = StartedPair();
        using var one = primary;
        using var other = backup;
        WaitUntilWhole(primary);

        (await primary.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);

        backup.WaitFor(BinaryStarState.Active);
        backup.Star.Term!.FencingToken.Should().BeGreaterThanOrEqualTo(2);
        primary.Star.Term.Should().BeNull();
    }

    [Fact]
    public void Requests_wait_for_the_arbiter_when_the_passive_node_takes_over_and_none_is_dropped()
    {
        var (primary, backup) = StartedPair(Calm);
        using var other = backup;
        WaitUntilWhole(primary);
        Kill(primary);
        Wait.Until(() => !backup.Star.Status.PeerAlive, "the backup to know that its peer is gone");
        var rejected = backup.Star.Status.VotesRejected;

        using var client = Client.Of(backup);
        client.AskUntilAnswered();

        backup.Star.Term!.FencingToken.Should().BeGreaterThanOrEqualTo(2);
        backup.Star.Status.VotesRejected.Should().Be(rejected);
        Wait.Until(() => backup.Star.Status.Arbiter!.ServesBy == BinaryStarMandate.Lease, "it to serve by the lease alone");
        Wait.Until(() => backup.HasLogged(354), "the log to say so");
    }

    [Fact]
    public void A_backup_alone_takes_over_at_a_request_and_does_not_claim_to_wait_for_its_primary()
    {
        using var backup = new TestNode(Backup, PairPorts.New(), WithArbiter).Started();
        using var client = Client.Of(backup);
        client.Ask().Should().BeFalse("its primary may still come");

        client.AskUntilAnswered();

        backup.Star.Term!.FencingToken.Should().Be(1);
        backup.Star.Status.VotesRejected.Should().BePositive();
        backup.HasLogged(204).Should().BeFalse();
    }

    [Fact]
    public async Task While_the_arbiter_is_down_who_serves_goes_on_and_nothing_changes_hands()
    {
        var (primary, backup) = StartedPair();
        using var one = primary;
        using var other = backup;
        WaitUntilWhole(primary);
        using var client = Client.Of(primary);
        client.AskUntilAnswered();

        arbiter.IsDown = true;
        (await primary.Star.HandOverAsync()).Should().Be(HandOverOutcome.ArbiterUnavailable);

        primary.Star.Status.Arbiter!.Reachable.Should().BeFalse();
        Wait.Until(() => primary.HasLogged(351), "the log to say so");
        client.AskUntilAnswered();
        primary.State.Should().Be(BinaryStarState.Active);
        primary.Changes.Should().HaveCount(1);

        Kill(primary);
        using var toBackup = Client.Of(backup);
        Wait.Until(() => !backup.Star.Status.PeerAlive, "the backup to know that its peer is gone");
        for (var i = 0; i < 10; i++) toBackup.Ask().Should().BeFalse();
        backup.State.Should().Be(BinaryStarState.Passive);

        arbiter.IsDown = false;
        toBackup.AskUntilAnswered();
        backup.Star.Term!.FencingToken.Should().BeGreaterThanOrEqualTo(2);
        Wait.Until(() => backup.HasLogged(352), "the log to say that it answers again");
    }

    [Fact]
    public void Alone_with_neither_peer_nor_arbiter_a_node_serves_until_its_lease_is_over_and_not_longer()
    {
        using var primary = new TestNode(Primary, PairPorts.New(), WithArbiter).Started();
        using var client = Client.Of(primary);
        client.AskUntilAnswered();

        arbiter.IsDown = true;

        primary.WaitFor(BinaryStarState.Yielding);
        primary.Changes.Last().Reason.Should().Be(BinaryStarChangeReason.MandateLost);
        client.Ask().Should().BeFalse();

        arbiter.IsDown = false;
        client.AskUntilAnswered();
        primary.Star.Term!.FencingToken.Should().BeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public void A_frozen_arbiter_is_given_up_and_what_it_does_later_harms_nothing()
    {
        using var primary = new TestNode(Primary, PairPorts.New(), WithArbiter).Started();
        using var client = Client.Of(primary);
        client.AskUntilAnswered();
        arbiter.ObeysCancellation = false;

        arbiter.Freeze();
        primary.WaitFor(BinaryStarState.Yielding);
        arbiter.Wake(carryOut: true);

        client.AskUntilAnswered();
        var tokens = arbiter.Written.Select(written => written.Record.Claim.Token).ToList();
        tokens.Should().BeInAscendingOrder();
        primary.Star.Term!.FencingToken.Should().Be(tokens.Max());
    }

    [Fact]
    public async Task A_backup_that_is_alone_needs_no_operator_for_the_arbiter_knows()
    {
        using var backup = new TestNode(Backup, PairPorts.New(), WithArbiter).Started();
        using var client = Client.Of(backup);

        client.AskUntilAnswered();

        backup.Star.Term!.FencingToken.Should().Be(1);
        (await backup.Star.PromoteAsync()).Should().Be(PromotionOutcome.NotWaiting);
    }

    [Fact]
    public void A_record_that_is_leased_to_the_peer_is_waited_for()
    {
        var lease = TimeSpan.FromSeconds(2);
        arbiter.Put(Pair, new ArbiterClaim(7, Primary, Guid.NewGuid(), lease));
        var began = Environment.TickCount64;
        using var backup = new TestNode(Backup, PairPorts.New(), WithArbiter).Started();
        using var client = Client.Of(backup);

        client.AskUntilAnswered();

        (Environment.TickCount64 - began).Should().BeGreaterThanOrEqualTo((long)lease.TotalMilliseconds);
        backup.Star.Term!.FencingToken.Should().BeGreaterThanOrEqualTo(8);
    }

    [Fact]
    public async Task Under_the_strict_policy_a_node_always_has_the_lease_and_gives_it_back_before_it_hands_over()
    {
        var (primary, backup) = StartedPair(options => options.ArbiterPolicy = ArbiterPolicy.Strict);
        using var one = primary;
        using var other = backup;

        primary.Star.Status.Arbiter!.ServesBy.Should().Be(BinaryStarMandate.Lease);
        var renewed = arbiter.Written.Count;
        Wait.Until(() => arbiter.Written.Count > renewed + 2, "the lease to be renewed");

        (await primary.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);
        backup.WaitFor(BinaryStarState.Active);
        backup.Star.Term!.FencingToken.Should().BeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public void Under_the_strict_policy_two_processes_of_one_role_never_both_serve()
    {
        using var one = new TestNode(Primary, PairPorts.New(), Strict).Started();
        using var toOne = Client.Of(one);
        toOne.AskUntilAnswered();
        using var other = new TestNode(Primary, PairPorts.New(), Strict).Started();
        using var toOther = Client.Of(other);
        var written = arbiter.Written.Count;

        Wait.Until(() => !toOther.Ask() && arbiter.Written.Count > written + 6, "the lease to be renewed beyond its length");
        other.State.Should().Be(BinaryStarState.Primary);
        one.State.Should().Be(BinaryStarState.Active);

        Kill(one);
        toOther.AskUntilAnswered();
        other.Star.Term!.FencingToken.Should().BeGreaterThanOrEqualTo(2);

        void Strict(BinaryStarOptions options)
        {
            WithArbiter(options);
            options.ArbiterPolicy = ArbiterPolicy.Strict;
        }
    }

    [Fact]
    public void A_pair_of_which_one_node_has_no_arbiter_is_none_and_both_say_so()
    {
        var ports = PairPorts.New();
        using var primary = new TestNode(Primary, ports, WithArbiter).Started();
        using var backup = new TestNode(Backup, ports).Started();

        Wait.Until(() => primary.HasLogged(353) && backup.HasLogged(353), "both to say so");
        primary.Star.Status.PeerLastReceived.Should().BeNull();
        backup.Star.Status.PeerLastReceived.Should().BeNull();
    }

    [Fact]
    public void A_record_that_went_back_is_reported_and_its_tokens_are_not_used_again()
    {
        var (primary, backup) = StartedPair();
        using var other = backup;
        WaitUntilWhole(primary);
        arbiter.Put(Pair, new ArbiterClaim(40, Primary, Guid.NewGuid(), TimeSpan.Zero));
        Kill(primary);
        using var client = Client.Of(backup);
        client.AskUntilAnswered();
        backup.Star.Term!.FencingToken.Should().BeGreaterThanOrEqualTo(41);

        arbiter.Delete(Pair);

        Wait.Until(() => backup.HasLogged(356), "the log to say so");
        Wait.Until(() => client.Ask() && backup.Star.Term?.FencingToken > 41, "a new term");
    }

    private (TestNode Primary, TestNode Backup) StartedPair(Action<BinaryStarOptions>? configure = null) => TestNode.StartedPair(options =>
    {
        WithArbiter(options);
        configure?.Invoke(options);
    });

    private void WithArbiter(BinaryStarOptions options)
    {
        options.Name = Pair;
        options.Arbiter = arbiter;
        options.ArbiterLease = TimeSpan.FromSeconds(2);
    }

    private static void Calm(BinaryStarOptions options)
    {
        TestNode.Calm(options);
        options.ArbiterLease = TimeSpan.FromSeconds(5);
    }

    private void WaitUntilWhole(TestNode active) =>
        Wait.Until(() => active.Star.Status.Arbiter!.ServesBy == BinaryStarMandate.Peer && arbiter[Pair]!.Claim.Lease == TimeSpan.Zero, "the pair to be whole");

    // As a process that dies: without handing over.
    private static void Kill(TestNode node)
    {
        node.Star.Poller.Stop();
        Wait.For(node.Star.Completion.ContinueWith(_ => { }, TaskScheduler.Default), "the node to end");
        node.Dispose();
    }
}
