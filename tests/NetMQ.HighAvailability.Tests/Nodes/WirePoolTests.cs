using System.Diagnostics;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Work that blocks every thread of .NET's pool holds up neither heartbeats nor synchronous handlers.</summary>
public sealed class WirePoolTests
{
    // More than the poller itself watches.
    private const int Clients = 100;

    [Fact]
    public void While_the_thread_pool_is_blocked_a_pair_goes_on_and_all_connected_clients_are_served()
    {
        var (primary, backup) = TestNode.StartedPair(TestNode.Calm);
        using var one = primary;
        using var other = backup;
        var clients = Enumerable.Range(0, Clients).Select(_ => WireEnd.Client(primary.Ports.PrimaryVoter)).ToList();
        foreach (var client in clients) client.Ask("before").Should().BeTrue();
        var changes = primary.Changes.Count;

        using (new BlockedPool())
        {
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < 3 || clock.Elapsed < Endurance.Or(TimeSpan.Zero); i++)
            {
                foreach (var client in clients) client.Send(WireEnd.Request([], [1]));
                foreach (var client in clients) client.ReadMessage().Should().NotBeNull();
            }

            using var newcomer = WireEnd.Client(primary.Ports.PrimaryVoter);
            newcomer.Ask("new").Should().BeTrue();
            var (received, published) = (backup.Star.Status.StatesReceived, primary.Star.Status.StatesPublished);
            Wait.Until(() => backup.Star.Status.StatesReceived > received + 3 && primary.Star.Status.StatesPublished > published + 3, "heartbeats");
        }

        foreach (var client in clients) client.Ask("after").Should().BeTrue();
        primary.State.Should().Be(BinaryStarState.Active);
        backup.State.Should().Be(BinaryStarState.Passive);
        primary.Changes.Should().HaveCount(changes);
        clients.ForEach(client => client.Dispose());
    }

    /// <summary>Gives the pool more that blocks than it makes threads for.</summary>
    private sealed class BlockedPool : IDisposable
    {
        private volatile bool isOver;
        private int running;

        public BlockedPool()
        {
            const int work = 1000; // the pool adds a thread or two a second
            for (var i = 0; i < work; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(
                    _ =>
                    {
                        Interlocked.Increment(ref running);
                        while (!isOver) Thread.Sleep(5);
                    },
                    null);
            }

            var canary = 0;
            ThreadPool.UnsafeQueueUserWorkItem(_ => Volatile.Write(ref canary, 1), null);
            Wait.Until(() => Volatile.Read(ref running) >= Environment.ProcessorCount, "the pool's threads to be blocked");
            Volatile.Read(ref canary).Should().Be(0);
        }

        public void Dispose() => isOver = true;
    }
}
