using System.Collections.Concurrent;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Requests in progress when the node hands over, stops, or loses its term.</summary>
public class AsyncTermTests
{
    private static readonly TimeSpan AWhile = TimeSpan.FromMilliseconds(300);

    private static VoterOptions Patient => new() { DrainTimeout = TimeSpan.FromSeconds(60) };

    private static VoterOptions Impatient => new() { DrainTimeout = TimeSpan.Zero };

    [Fact]
    public async Task A_hand_over_waits_for_what_is_in_progress_and_stays_active_meanwhile()
    {
        using var pair = new PairAtWork(Patient);
        var (active, passive, client) = pair;

        var handingOver = active.Star.HandOverAsync();
        var again = active.Star.HandOverAsync();
        client.Socket.SendFrame("b");
        Wait.Until(() => active.Star.Status.IsDraining, "the drain to begin");
        Thread.Sleep(AWhile);
        active.Star.State.Should().Be(BinaryStarState.Active);
        passive.Star.State.Should().Be(BinaryStarState.Passive);
        handingOver.IsCompleted.Should().BeFalse();
        active.Started.Should().Equal("a");

        active.End("a");

        client.Socket.ReceiveFrameString().Should().Be("a");
        (await handingOver).Should().Be(HandOverOutcome.Completed);
        (await again).Should().Be(HandOverOutcome.Completed);
        active.Started.Should().Equal("a");
        active.Star.Status.IsDraining.Should().BeFalse();
    }

    [Fact]
    public async Task A_hand_over_waits_no_longer_than_it_may_and_cancels_the_rest()
    {
        using var pair = new PairAtWork(Impatient);
        var (active, passive, client) = pair;

        (await active.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);

        Wait.Until(() => active.Cancelled.Contains("a"), "the handler's token to be cancelled");
        Wait.Until(() => active.Star.Status is { RequestsInFlight: 0, RequestsOutOfTerm: 1 }, "the request to be counted");
        active.Node.HasLogged(315).Should().BeTrue();
        client.Socket.TryReceiveFrameString(AWhile, out _).Should().BeFalse();
    }

    [Fact]
    public async Task A_reply_of_a_term_that_is_over_is_dropped()
    {
        using var pair = new PairAtWork(Impatient, obeys: false);
        var (active, passive, client) = pair;
        (await active.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);
        active.Star.Status.RequestsInFlight.Should().Be(1);

        active.End("a");

        Wait.Until(() => active.Star.Status is { RequestsInFlight: 0, RequestsOutOfTerm: 1 }, "the reply to be dropped");
        active.Node.HasLogged(314).Should().BeTrue();
        client.Socket.TryReceiveFrameString(AWhile, out _).Should().BeFalse();
    }

    [Fact]
    public async Task A_reply_is_dropped_even_if_the_node_is_active_again()
    {
        using var pair = new PairAtWork(Impatient, obeys: false);
        var (active, passive, client) = pair;
        (await active.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);
        Wait.Until(() => passive.Star.HandOverAsync().GetAwaiter().GetResult() == HandOverOutcome.Completed, "the pair to be handed back");
        active.Node.WaitFor(BinaryStarState.Active);

        active.End("a");
        client.Socket.SendFrame("b");
        active.WaitForStart("b");
        active.End("b");

        client.Socket.ReceiveFrameString().Should().Be("b");
        Wait.Until(() => active.Star.Status.RequestsOutOfTerm == 1, "the reply to be dropped");
    }

    [Fact]
    public async Task A_remembered_request_that_comes_again_in_the_next_term_is_executed_when_the_cancelled_one_has_ended()
    {
        using var pair = new PairAtWork(new VoterOptions { RememberedReplies = 10, DrainTimeout = TimeSpan.FromMilliseconds(200) }, obeys: false);
        var (active, passive, client) = pair;
        byte[] id = [.. "BS?1"u8, .. Guid.NewGuid().ToByteArray()];
        Ask();
        active.WaitForStart("x");
        (await active.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);
        Wait.Until(() => passive.Star.HandOverAsync().GetAwaiter().GetResult() == HandOverOutcome.Completed, "the pair to be handed back");
        active.Node.WaitFor(BinaryStarState.Active);
        Ask();
        Wait.Until(() => active.Star.Status.RequestsRepeated == 1, "the request to come again");

        active.Fail("x", new OperationCanceledException());

        Wait.Until(() => active.Started.Count(text => text == "x") == 2, "the second execution");
        active.Requests.Last().Term.Should().BeSameAs(active.Star.Term);
        active.End("x");
        client.Socket.ReceiveMultipartBytes()[^1].Should().Equal("x"u8.ToArray());
        active.End("a");

        void Ask() => client.Socket.SendMoreFrame(id).SendMoreFrameEmpty().SendFrame("x");
    }

    [Fact]
    public void On_the_pollers_thread_what_waits_for_its_turn_is_not_started_when_the_lease_is_over()
    {
        var ports = PairPorts.New();
        var first = new TaskCompletionSource<VoterReply>();
        var started = new ConcurrentQueue<string>();
        using var node = new TestNode(
            BinaryStarRole.Primary, ports, Quick,
            registerVoter: star => star.RegisterVoter(ports.VoterEndpoint(BinaryStarRole.Primary), Handle, new VoterOptions { OrderPerClient = true, StartOnPollerThread = true }));
        using var peer = new TestNode(BinaryStarRole.Backup, ports, Quick).Started();
        node.Started().WaitFor(BinaryStarState.Active);
        using var client = Client.Of(node);
        foreach (var text in (string[])["a", "b", "c"]) client.Socket.SendFrame(text);
        Wait.Until(() => node.Star.Status.RequestsInFlight == 3, "two to wait for their turn");

        first.SetResult(VoterReply.None);

        Wait.Until(() => node.Star.Status is { RequestsInFlight: 0 }, "all to end");
        started.Should().Equal("a", "b");

        ValueTask<VoterReply> Handle(VoterRequest request, CancellationToken cancellation)
        {
            started.Enqueue(AsyncNode.TextOf(request));
            if (AsyncNode.TextOf(request) == "a") return new ValueTask<VoterReply>(first.Task);
            Thread.Sleep(2 * TestNode.Failover);
            return new ValueTask<VoterReply>(VoterReply.None);
        }
    }

    [Fact]
    public async Task A_node_that_is_not_active_rejects_at_once_whatever_is_in_progress()
    {
        using var pair = new PairAtWork(new VoterOptions { MaxConcurrency = 1, DrainTimeout = TimeSpan.Zero }, obeys: false);
        var (active, passive, client) = pair;
        (await active.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);
        var rejected = active.Star.Status.VotesRejected;

        for (var i = 0; i < 10; i++) client.Socket.SendFrame("more");

        Wait.Until(() => active.Star.Status.VotesRejected >= rejected + 10, "the requests to be rejected");
        active.Star.Status.RequestsInFlight.Should().Be(1);
        active.End("a");
    }

    [Fact]
    public async Task What_waits_for_its_turn_when_the_term_ends_is_not_executed_and_its_client_asks_the_peer()
    {
        using var pair = new PairAtWork(new VoterOptions { OrderPerClient = true, DrainTimeout = TimeSpan.Zero }, obeys: false);
        var (active, passive, _) = pair;
        await using var client = new BinaryStarClient(new BinaryStarClientOptions
        {
            Servers = [active.Node.Ports.VoterEndpoint(BinaryStarRole.Primary), active.Node.Ports.VoterEndpoint(BinaryStarRole.Backup)],
            ServerTimeout = TimeSpan.FromSeconds(20), RequestTimeout = TimeSpan.FromSeconds(60), // so that only the notice has it ask the peer
        });
        _ = client.RequestAsync("x"u8.ToArray());
        active.WaitForStart("x");
        var second = client.RequestAsync("b"u8.ToArray());
        Wait.Until(() => active.Star.Status.RequestsInFlight == 3, "the second to wait for its turn");

        (await active.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);

        Wait.Until(() =>
        {
            passive.End("b");
            return second.IsCompleted;
        }, "the peer's answer");
        (await second).Should().Equal("b"u8.ToArray());
        active.Started.Should().NotContain("b");
        foreach (var text in (string[])["a", "x"]) active.End(text);
    }

    [Fact]
    public async Task A_stop_answers_what_is_in_progress_first()
    {
        using var pair = new PairAtWork(Patient);
        var (active, passive, client) = pair;

        var stopping = active.Star.StopAsync();
        Wait.Until(() => active.Star.Status.IsDraining, "the drain to begin");
        Thread.Sleep(AWhile);
        active.Star.State.Should().Be(BinaryStarState.Active);

        active.End("a");

        client.Socket.ReceiveFrameString().Should().Be("a");
        await stopping;
        passive.Node.WaitFor(BinaryStarState.Active);
        active.Cancelled.Should().BeEmpty();
    }

    [Fact]
    public async Task A_stop_waits_no_longer_than_it_may()
    {
        using var pair = new PairAtWork(new VoterOptions { DrainTimeout = TimeSpan.FromMilliseconds(200) });
        var (active, passive, client) = pair;

        await active.Star.StopAsync();

        Wait.Until(() => active.Cancelled.Contains("a"), "the handler to be told, on the thread pool");
        active.Node.HasLogged(315).Should().BeTrue();
    }

    [Fact]
    public async Task A_hand_over_to_a_peer_that_is_lost_meanwhile_is_refused_and_the_node_serves_on()
    {
        using var pair = new PairAtWork(Patient);
        var (active, passive, client) = pair;
        var handingOver = active.Star.HandOverAsync();
        Wait.Until(() => active.Star.Status.IsDraining, "the drain to begin");
        passive.Dispose();
        Wait.Until(() => !active.Star.Status.PeerAlive, "the peer to be gone");

        active.End("a");

        (await handingOver).Should().Be(HandOverOutcome.PeerNotPassive);
        client.Socket.SendFrame("b");
        active.WaitForStart("b");
        active.End("b");
        client.Socket.ReceiveFrameString().Should().Be("a");
        client.Socket.ReceiveFrameString().Should().Be("b");
    }

    [Fact]
    public async Task A_stop_during_a_hand_overs_drain_ends_both()
    {
        using var pair = new PairAtWork(Patient);
        var (active, passive, client) = pair;
        var handingOver = active.Star.HandOverAsync();
        Wait.Until(() => active.Star.Status.IsDraining, "the drain to begin");
        var stopping = active.Star.StopAsync();

        active.End("a");

        await stopping;
        (await handingOver).Should().BeOneOf(HandOverOutcome.NotActive, HandOverOutcome.NodeStopped, HandOverOutcome.Completed);
        client.Socket.ReceiveFrameString().Should().Be("a");
        passive.Node.WaitFor(BinaryStarState.Active);
    }

    [Fact]
    public void After_a_pause_no_reply_leaves_that_was_ready_before()
    {
        var ports = PairPorts.New();
        using var active = new AsyncNode(BinaryStarRole.Primary, ports, configure: Quick);
        using var passive = new AsyncNode(BinaryStarRole.Backup, ports, configure: Quick);
        active.Node.Started();
        passive.Node.Started();
        active.Node.WaitFor(BinaryStarState.Active);
        using var client = Client.Of(active.Node);
        client.Socket.SendFrame("a");
        active.WaitForStart("a");

        using (var paused = new ManualResetEventSlim())
        {
            new Task(() =>
            {
                paused.Set();
                Thread.Sleep(2 * TestNode.Failover);
            }).Start(active.Star.Poller);
            paused.Wait();
        }

        active.End("a"); // its reply waits for the node's thread

        Wait.Until(() => active.Star.Status is { RequestsInFlight: 0, RequestsOutOfTerm: 1 }, "the reply to be dropped");
        client.Socket.TryReceiveFrameString(AWhile, out _).Should().BeFalse();
    }

    private static void Quick(BinaryStarOptions options) => (options.HeartbeatInterval, options.FailoverTimeout) = (TestNode.Heartbeat, TestNode.Failover);

    /// <summary>A pair of which the primary is active and has a request, "a", in progress.</summary>
    private sealed class PairAtWork : IDisposable
    {
        private readonly AsyncNode active;
        private readonly AsyncNode passive;
        private readonly Client client;

        public PairAtWork(VoterOptions options, bool obeys = true)
        {
            (active, passive) = AsyncNode.Pair(options, obeys);
            client = Client.Of(active.Node);
            client.Socket.SendFrame("a");
            active.WaitForStart("a");
        }

        public void Deconstruct(out AsyncNode active, out AsyncNode passive, out Client client) => (active, passive, client) = (this.active, this.passive, this.client);

        public void Dispose()
        {
            client.Dispose();
            active.Dispose();
            passive.Dispose();
        }
    }
}
