using System.Collections.Concurrent;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Reactor;

/// <summary>A node that serves alone and is paused for longer than its lease loses nothing.</summary>
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

    private static void Fill(TestNode node, ConcurrentDictionary<string, int> store)
    {
        using var client = Client.Of(node);
        while (store.Count < Keys) client.AskUntilAnswered();
        Wait.Until(() => node.Star.Status is { State: BinaryStarState.Active, PeerAlive: false }, "the node to be active and alone");
    }

    // Blocks the node's loop, which no turn can tell from a process that was stopped.
    private static void Pause(TestNode node, TimeSpan time)
    {
        using var begun = new ManualResetEventSlim();
        using var over = new ManualResetEventSlim();
        new Task(() =>
        {
            begun.Set();
            over.Wait();
        }).Start(node.Star.Poller);
        begun.Wait();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Wait.Until(() => clock.Elapsed >= time, "the pause to last long enough");
        over.Set();
        Wait.Until(() => node.Changes.Any(change => change.Cause == BinaryStarCause.LeaseExpired), "the lease to be lost");
    }

    private static Action<VoterSocket> Store(ConcurrentDictionary<string, int> store) => socket =>
    {
        var message = socket.ReceiveMultipartMessage();
        store[message.Last.ConvertToString()] = store.Count;
        socket.SendMultipartMessage(message);
    };
}
