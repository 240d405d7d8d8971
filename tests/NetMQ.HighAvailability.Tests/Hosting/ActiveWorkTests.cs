using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Hosting;
using NetMQ.HighAvailability.Hosting.Work;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>Work that only the active node does, and that ends before the pair is handed over.</summary>
public sealed class ActiveWorkTests
{
    [Fact]
    public async Task A_hand_over_waits_for_the_work_to_end_and_the_peer_begins_it_then()
    {
        var (primary, backup) = await HostedNode.StartedPairAsync();
        using var one = primary;
        using var other = backup;
        var (here, there) = (new Work(), new Work());
        var running = primary.Pair.RunWhileActiveAsync(here.RunAsync);
        _ = backup.Pair.RunWhileActiveAsync(there.RunAsync);
        Wait.Until(() => here.Begun == 1, "the work to begin");

        var handOver = primary.Pair.HandOverAsync();
        Wait.Until(() => here.Asked, "the work to be asked to end");
        primary.Star.State.Should().Be(BinaryStarState.Active, "the work has not ended");
        there.Begun.Should().Be(0);
        here.MayEnd.SetResult();

        (await handOver).Should().Be(HandOverOutcome.Completed);
        Wait.Until(() => there.Begun == 1, "the peer to begin the work");
        here.Begun.Should().Be(1);
        running.IsCompleted.Should().BeFalse("this node may become active again");
        there.MayEnd.SetResult();
        await backup.Host.StopAsync();
    }

    [Fact]
    public async Task Work_that_does_not_end_is_waited_for_up_to_the_limit()
    {
        var (primary, backup) = await HostedNode.StartedPairAsync(settings: SetupTests.Section(("StepDownTimeout", "00:00:00.200")));
        using var one = primary;
        using var other = backup;
        var work = new Work();
        _ = primary.Pair.RunWhileActiveAsync(work.RunAsync);
        Wait.Until(() => work.Begun == 1, "the work to begin");

        (await primary.Pair.HandOverAsync()).Should().Be(HandOverOutcome.Completed);

        primary.Logged.Should().Contain(record => record.Id.Id == 601);
        work.MayEnd.SetResult();
    }

    [Fact]
    public async Task A_hand_over_that_would_be_refused_or_is_given_up_leaves_the_work_alone_or_lets_it_go_on()
    {
        var ports = PairPorts.New();
        using var lone = new HostedNode(BinaryStarRole.Primary, ports);
        await lone.Host.StartAsync();
        using var client = lone.Client();
        client.AskUntilAnswered();
        var work = new Work();
        _ = lone.Pair.RunWhileActiveAsync(work.RunAsync);
        Wait.Until(() => work.Begun == 1, "the work to begin");

        (await lone.Pair.HandOverAsync()).Should().Be(HandOverOutcome.PeerNotPassive);
        work.Asked.Should().BeFalse();

        using var backup = new HostedNode(BinaryStarRole.Backup, ports);
        await backup.Host.StartAsync();
        backup.WaitFor(BinaryStarState.Passive);
        Wait.Until(() => lone.Star.Status.PeerState == BinaryStarState.Passive, "the peer to be known as passive");
        using var cancellation = new CancellationTokenSource();
        var handOver = lone.Pair.HandOverAsync(cancellation.Token);
        Wait.Until(() => work.Asked, "the work to be asked to end");
        await cancellation.CancelAsync();
        await FluentActions.Awaiting(() => handOver).Should().ThrowAsync<OperationCanceledException>();
        work.MayEnd.SetResult();

        Wait.Until(() => work.Begun == 2, "the work to begin again, in the same term");
        lone.Star.State.Should().Be(BinaryStarState.Active);
    }

    [Fact]
    public async Task Stopping_the_host_ends_the_work_first_and_then_hands_over()
    {
        var (primary, backup) = await HostedNode.StartedPairAsync();
        using var one = primary;
        using var other = backup;
        var work = new Work();
        var running = primary.Pair.RunWhileActiveAsync(work.RunAsync);
        Wait.Until(() => work.Begun == 1, "the work to begin");

        var stop = primary.Host.StopAsync();
        Wait.Until(() => work.Asked, "the work to be asked to end");
        primary.Star.State.Should().Be(BinaryStarState.Active);
        work.MayEnd.SetResult();
        await stop;

        using var client = backup.Client();
        client.AskUntilAnswered();
        Wait.For(running, "RunWhileActiveAsync to return with the node");
    }

    [Fact]
    public async Task A_hosted_service_runs_on_the_active_node_alone_and_anew_for_each_term()
    {
        var journal = new Journal();
        var (primary, backup) = await HostedNode.StartedPairAsync(pair =>
        {
            pair.Services.AddSingleton(journal);
            pair.AddHostedServiceWhileActive<Sweeper>();
        });
        using var one = primary;
        using var other = backup;
        Wait.Until(() => journal.Count == 1, "the service to start");

        (await primary.Pair.HandOverAsync()).Should().Be(HandOverOutcome.Completed);
        Wait.Until(() => journal.Count == 3, "the service to stop here and start there");
        Wait.Until(() => backup.Star.Status.PeerState == BinaryStarState.Passive, "the peer to be known as passive");
        (await backup.Pair.HandOverAsync()).Should().Be(HandOverOutcome.Completed);
        Wait.Until(() => journal.Count == 5, "and back");
        await primary.Host.StopAsync();
        await backup.Host.StopAsync();

        journal.Should().StartWith(["start 1", "stop 1", "start 2", "stop 2", "start 3", "stop 3"]);
    }

    [Fact]
    public async Task An_exception_of_registered_work_ends_the_host()
    {
        using var node = new HostedNode(BinaryStarRole.Primary, PairPorts.New(), pair => pair.RunWhileActive<Broken>());
        await node.Host.StartAsync();
        using var client = node.Client();
        client.AskUntilAnswered();

        Wait.For(node.Host.WaitForShutdownAsync(), "the host to stop");
    }

    [Fact]
    public async Task Work_that_its_caller_ends_at_the_same_time_does_not_keep_the_step_down_from_its_end()
    {
        var (primary, backup) = await HostedNode.StartedPairAsync();
        using var one = primary;
        using var other = backup;
        using var caller = new CancellationTokenSource();
        Task? running = null;
        var work = new ActiveWork(primary.Star, "orders", TimeSpan.FromMinutes(1), new Interruption(() =>
        {
            caller.Cancel();
            Task.WaitAny([running!], TimeSpan.FromMinutes(1)).Should().Be(0);
        }));
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        running = work.RunAsync((_, stepDown) =>
        {
            begun.SetResult();
            return Task.Delay(Timeout.Infinite, stepDown);
        }, caller.Token);
        await begun.Task;

        await work.StepDownForGoodAsync(CancellationToken.None);

        running.IsCanceled.Should().BeTrue();
    }

    /// <summary>A log in which something happens when a step-down is reported.</summary>
    private sealed class Interruption(Action onStepDown) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => onStepDown();
    }

    private sealed class Work
    {
        private int begun;

        public int Begun => Volatile.Read(ref begun);

        public bool Asked { get; private set; }

        public TaskCompletionSource MayEnd { get; } = new();

        public async Task RunAsync(BinaryStarTerm term, CancellationToken stepDown)
        {
            Interlocked.Increment(ref begun);
            using var registration = stepDown.Register(() => Asked = true);
            await MayEnd.Task.WaitAsync(Begun > 1 ? stepDown : CancellationToken.None);
        }
    }

    private sealed class Journal : ConcurrentQueue<string>
    {
        private int terms;

        public int NextTerm() => Interlocked.Increment(ref terms);
    }

    private sealed class Sweeper(Journal journal) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var term = journal.NextTerm();
            journal.Enqueue($"start {term}");
            try
            {
                await Task.Delay(Timeout.Infinite, stoppingToken);
            }
            finally
            {
                journal.Enqueue($"stop {term}");
            }
        }
    }

    private sealed class Broken : IActiveWork
    {
        public Task RunAsync(BinaryStarTerm term, CancellationToken stepDown) => throw new InvalidOperationException("broken");
    }
}
