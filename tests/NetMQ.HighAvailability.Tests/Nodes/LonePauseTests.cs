using System.Collections.Concurrent;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>A node that serves alone and is paused for longer than its lease loses neither its data nor its place.</summary>
public sealed class LonePauseTests
{
    private const int Keys = 20;

    [Fact]
    public void A_literal_port_of_the_guides_clone_server_keeps_its_store_through_a_pause_without_a_peer()
    {
        // The listing's s_new_passive wipes the store, because the active peer is about to send its own.
        var store = new ConcurrentDictionary<string, int>();
        using var node = new TestNode(Primary, PairPorts.New(), handler: Store(store));
        node.Star.BecamePassive += (_, _) => store.Clear();
        Fill(node.Started(), store);

        Pause(node, 2 * TestNode.Failover);
        using var client = Client.Of(node);
        client.AskUntilAnswered();

        store.Should().HaveCountGreaterThanOrEqualTo(Keys);
    }

    [Fact]
    public void Without_a_client_and_a_peer_it_serves_again_by_itself()
    {
        var store = new ConcurrentDictionary<string, int>();
        using var node = new TestNode(Primary, PairPorts.New(), handler: Store(store));
        Fill(node.Started(), store);

        Pause(node, 2 * TestNode.Failover);

        node.WaitFor(BinaryStarState.Active);
        node.Changes.Last().Reason.Should().Be(BinaryStarChangeReason.PeerSilent);
    }

    [Theory]
    [InlineData(Primary, false)]
    [InlineData(Primary, true)]
    [InlineData(Backup, false)]
    [InlineData(Backup, true)]
    public void A_blank_peer_that_starts_during_the_pause_or_after_it_stands_by_for_the_one_with_the_data(BinaryStarRole role, bool during)
    {
        var ports = PairPorts.New();
        var store = new ConcurrentDictionary<string, int>();
        using var node = new TestNode(role, ports, handler: Store(store)).Started();
        if (role == Backup) PromoteAlone(node);
        Fill(node, store);

        TestNode? blank = null;
        try
        {
            Pause(node, 2 * TestNode.Failover, () =>
            {
                if (during) blank = new TestNode(TestNode.Other(role), ports).Started();
            });
            blank ??= new TestNode(TestNode.Other(role), ports).Started();

            blank.WaitFor(BinaryStarState.Passive);
            node.WaitFor(BinaryStarState.Active);
            blank.Changes.Should().ContainSingle("it was never active");
        }
        finally
        {
            blank?.Dispose();
        }
    }

    private static void PromoteAlone(TestNode node) => Wait.Until(
        () => node.Star.PromoteAsync().GetAwaiter().GetResult() == PromotionOutcome.Completed, "the promotion");

    private static void Fill(TestNode node, ConcurrentDictionary<string, int> store)
    {
        using var client = Client.Of(node);
        while (store.Count < Keys) client.AskUntilAnswered();
        Wait.Until(() => node.Star.Status is { State: BinaryStarState.Active, PeerAlive: false }, "the node to be active and alone");
    }

    // Blocks the node's loop, which a turn cannot distinguish from a stopped process.
    private static void Pause(TestNode node, TimeSpan time, Action? meanwhile = null)
    {
        using var begun = new ManualResetEventSlim();
        using var over = new ManualResetEventSlim();
        new Task(() =>
        {
            begun.Set();
            over.Wait();
        }).Start(node.Star.Poller);
        begun.Wait();
        meanwhile?.Invoke();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Wait.Until(() => clock.Elapsed >= time, "the pause to last long enough");
        over.Set();
        Wait.Until(() => node.Changes.Any(change => change.Reason == BinaryStarChangeReason.LeaseExpired), "the lease to be lost");
    }

    private static Action<VoterSocket> Store(ConcurrentDictionary<string, int> store) => socket =>
    {
        var message = socket.ReceiveMultipartMessage();
        store[message.Last.ConvertToString()] = store.Count;
        socket.SendMultipartMessage(message);
    };
}
