using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using NetMQ.HighAvailability.Hosting;
using NetMQ.HighAvailability.Tests.Nodes;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>Asynchronous handlers in a host: their scopes, their health, and what is in progress when the pair is handed over or the host stops.</summary>
public sealed class HostedRequestTests
{
    private const string Active = HostedNode.Name + "-active";
    private static readonly TimeSpan AWhile = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task A_delegate_that_awaits_answers()
    {
        using var node = new HostedNode(BinaryStarRole.Primary, PairPorts.New(), echo: false, add: pair => pair.HandleRequests(async (request, cancellation) =>
        {
            await Task.Delay(1, cancellation);
            return request.Payload;
        }));
        await node.Host.StartAsync();
        using var client = node.Client();

        client.AskUntilAnswered();

        await node.Host.StopAsync();
    }

    [Fact]
    public async Task Each_request_has_a_scope_of_its_own_that_lasts_as_long_as_its_task()
    {
        var work = new Work();
        using var node = Scoped(work);
        await node.Host.StartAsync();
        using var client = Served(node);

        client.Socket.SendFrame("a");
        client.Socket.SendFrame("b");
        Wait.Until(() => work.Begun.Count == 2, "both to begin");
        work.Ended.Should().BeEmpty();
        work.End("a");
        client.Socket.ReceiveFrameString().Should().Be("a");
        work.Ended.Should().Equal("a");
        work.End("b");
        client.Socket.ReceiveFrameString().Should().Be("b");

        work.Ended.Should().Equal("a", "b");
        await node.Host.StopAsync();
    }

    [Fact]
    public async Task The_scope_of_a_request_that_fails_ends_too()
    {
        var work = new Work();
        using var node = Scoped(work);
        await node.Host.StartAsync();
        using var client = Served(node);

        client.Socket.SendFrame("a");
        Wait.Until(() => work.Fail("a"), "it to begin");

        Wait.Until(() => node.Star.Status is { RequestsFailed: 1, RequestsInFlight: 0 }, "the failure to be counted");
        work.Ended.Should().Equal("a");
        await node.Host.StopAsync();
    }

    [Fact]
    public async Task A_handler_that_has_taken_all_places_and_does_not_return_is_unhealthy_and_not_ready()
    {
        var work = new Work();
        using var node = Scoped(work, options => options.MaxConcurrency = 1);
        await node.Host.StartAsync();
        using var client = Served(node);
        client.Socket.SendFrame("a");
        Wait.Until(() => work.Begun.Contains("a"), "it to begin");
        Wait.Until(() => node.Star.Status.RequestsInFlight == 1, "it to be counted");
        var report = await node.HealthAsync();
        report.Entries[HostedNode.Name].Data["requestsInFlight"].Should().Be(1);

        Wait.Until(() => node.HealthAsync(HostedNode.Name).Result == HealthStatus.Unhealthy, "the stall to be seen");

        report = await node.HealthAsync();
        report.Entries[HostedNode.Name].Description.Should().StartWith("All places for requests have been taken for ");
        report.Entries[Active].Status.Should().Be(HealthStatus.Unhealthy);
        report.Entries[Active].Description.Should().Contain("All places for requests");
        work.End("a");
        Wait.Until(() => node.HealthAsync(Active).Result == HealthStatus.Healthy, "the node to recover");
        await node.Host.StopAsync();
    }

    [Fact]
    public async Task A_hand_over_waits_for_a_request_in_progress_once_the_work_of_the_active_node_has_ended()
    {
        var work = new Work();
        var (primary, backup) = await PairAsync(work);
        using var one = primary;
        using var other = backup;
        using var client = AskFor("a", primary, work);

        var handingOver = primary.Pair.HandOverAsync();
        Wait.Until(() => primary.Star.Status.IsDraining, "the drain to begin");
        work.SteppedDown.Should().BeTrue("the drain comes after it");
        await DrainsAsync(primary, handingOver);
        work.End("a");

        client.Socket.ReceiveFrameString().Should().Be("a");
        (await handingOver).Should().Be(HandOverOutcome.Completed);
        backup.WaitFor(BinaryStarState.Active);
    }

    [Fact]
    public async Task The_stop_of_a_host_waits_for_a_request_in_progress()
    {
        var work = new Work();
        var (primary, backup) = await PairAsync(work);
        using var one = primary;
        using var other = backup;
        using var client = AskFor("a", primary, work);

        var stopping = primary.Host.StopAsync();
        await DrainsAsync(primary, stopping);
        work.End("a");

        client.Socket.ReceiveFrameString().Should().Be("a");
        Wait.For(stopping, "the host to stop");
        await stopping;
        primary.Star.Status.RequestsOutOfTerm.Should().Be(0);
        backup.WaitFor(BinaryStarState.Active);
    }

    private static HostedNode Scoped(Work work, Action<VoterOptions>? configure = null) => new(
        BinaryStarRole.Primary, PairPorts.New(), echo: false, settings: SetupTests.Section(("FailoverTimeout", "00:00:01.5")), add: pair => AddTo(pair, work).HandleRequestsInScope<Handler>(configure ?? (_ => { })));

    // Calm, as no pause of a busy machine may end the term in which a request is in progress.
    private static Task<(HostedNode Primary, HostedNode Backup)> PairAsync(Work work) => HostedNode.StartedPairAsync(
        echo: false, settings: SetupTests.Section(("HeartbeatInterval", "00:00:00.6"), ("FailoverTimeout", "00:00:03"), ("Requests:DrainTimeout", "00:01:00")),
        add: pair => AddTo(pair, work).HandleRequestsInScope<Handler>().RunWhileActive(async (_, stepDown) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, stepDown);
            }
            finally
            {
                work.SteppedDown = true;
            }
        }));

    private static BinaryStarBuilder AddTo(BinaryStarBuilder pair, Work work)
    {
        pair.Services.AddSingleton(work).AddScoped<Unit>();
        return pair;
    }

    private static Client AskFor(string text, HostedNode node, Work work)
    {
        var client = node.Client();
        client.Socket.SendFrame(text);
        Wait.Until(() => work.Begun.Contains(text), $"'{text}' to begin");
        return client;
    }

    private static async Task DrainsAsync(HostedNode active, Task change)
    {
        Wait.Until(() => active.Star.Status.IsDraining, "the drain to begin");
        await Task.Delay(AWhile);
        active.Star.State.Should().Be(BinaryStarState.Active);
        change.IsCompleted.Should().BeFalse();
    }

    // A lone primary takes its first requests for votes. Their replies may still be under way.
    private static Client Served(HostedNode node)
    {
        using var voter = node.Client();
        voter.AskUntilAnswered();
        return node.Client();
    }

    /// <summary>What is in progress: each request waits until the test ends it, unless it is a vote, which is a number.</summary>
    private sealed class Work
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource> requests = new();

        public volatile bool SteppedDown;

        public ICollection<string> Begun => requests.Keys;

        /// <summary>The requests whose scope was disposed of, in that order.</summary>
        public ConcurrentQueue<string> Ended { get; } = new();

        public Task BeginAsync(string text) =>
            char.IsDigit(text[0]) ? Task.CompletedTask : requests.GetOrAdd(text, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public void End(string text) => requests[text].SetResult();

        public bool Fail(string text) => requests.TryGetValue(text, out var request) && request.TrySetException(new InvalidOperationException("fails"));
    }

    /// <summary>Stands for a unit of work such as a database context: one for each scope.</summary>
    private sealed class Unit(Work work) : IAsyncDisposable
    {
        private string? request;

        public void Begin(string text)
        {
            if (request is not null) throw new InvalidOperationException($"Two requests have one scope: {request}, {text}.");
            request = text;
        }

        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            if (request is not null && work.Begun.Contains(request)) work.Ended.Enqueue(request);
        }
    }

    private sealed class Handler(Unit unit, Work work) : IAsyncRequestHandler
    {
        public async ValueTask<VoterReply> HandleAsync(VoterRequest request, CancellationToken cancellationToken)
        {
            var text = AsyncNode.TextOf(request);
            unit.Begin(text);
            await work.BeginAsync(text);
            return request.Payload;
        }
    }
}
