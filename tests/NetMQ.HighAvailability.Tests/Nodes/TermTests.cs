using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Terms: for work that only the active node may do.</summary>
public sealed class TermTests
{
    [Fact]
    public async Task A_term_lasts_as_long_as_the_node_is_active_and_later_ones_have_higher_numbers()
    {
        var (primary, backup) = TestNode.StartedPair(TestNode.Calm);
        using var one = primary;
        using var other = backup;
        var first = await primary.Star.WaitUntilActiveAsync();
        var next = backup.Star.WaitUntilActiveAsync();
        first.Token.IsCancellationRequested.Should().BeFalse();
        primary.Star.Term.Should().BeSameAs(first);
        backup.Star.Term.Should().BeNull();

        Wait.Until(() => primary.Star.Status.PeerState == BinaryStarState.Passive, "the peer to be known as passive");
        (await primary.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);
        Wait.For(next, "the peer's term");
        var second = await next;

        first.Token.IsCancellationRequested.Should().BeTrue();
        primary.Star.Term.Should().BeNull();
        second.Number.Should().BeGreaterThan(first.Number);
        primary.Star.Status.Term.Should().Be(2, "it has seen its own promotion and its peer's");
        backup.WaitFor(BinaryStarState.Active);
        backup.Changes.Last().Term.Should().Be(second.Number);
    }

    [Fact]
    public async Task The_token_is_cancelled_before_the_callback_and_its_own_callbacks_cannot_hold_up_the_loop()
    {
        var (primary, backup) = TestNode.StartedPair();
        using var one = primary;
        using var other = backup;
        using var release = new ManualResetEventSlim();
        var term = await primary.Star.WaitUntilActiveAsync();
        using var registration = term.Token.Register(release.Wait);
        bool? cancelledInCallback = null;
        primary.Star.LeftActive += (_, _) => cancelledInCallback = term.Token.IsCancellationRequested;
        Wait.Until(() => primary.Star.Status.PeerState == BinaryStarState.Passive, "the peer to be known as passive");

        var outcome = await primary.Star.HandOverAsync();
        release.Set();

        outcome.Should().Be(HandOverOutcome.Completed);
        cancelledInCallback.Should().BeTrue();
    }

    [Fact]
    public async Task Waiting_ends_with_its_own_token_or_with_the_node()
    {
        using var node = new TestNode(Backup, PairPorts.New()).Started();
        using var cancellation = new CancellationTokenSource();
        var cancelled = node.Star.WaitUntilActiveAsync(cancellation.Token);
        var waiting = node.Star.WaitUntilActiveAsync();

        await cancellation.CancelAsync();
        node.Dispose();

        await FluentActions.Awaiting(() => cancelled).Should().ThrowAsync<OperationCanceledException>();
        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<InvalidOperationException>().WithMessage("*ended*");
    }

    [Fact]
    public async Task A_fault_ends_the_term()
    {
        using var node = new TestNode(
            Primary, PairPorts.New(), TestNode.EndedByHandler, _ => throw new InvalidOperationException("dies"));
        BinaryStarTerm? term = null;
        node.Star.BecameActive += (_, _) => term = node.Star.Term;
        node.Started();
        using var client = Client.Of(node);

        Wait.Until(() => client.Ask() || node.Star.Completion.IsCompleted, "the node to die");

        term!.Token.IsCancellationRequested.Should().BeTrue();
        await FluentActions.Awaiting(() => node.Star.Completion).Should().ThrowAsync<InvalidOperationException>();
    }
}
