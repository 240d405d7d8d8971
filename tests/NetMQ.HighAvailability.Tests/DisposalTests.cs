using NetMQ.HighAvailability.Tests.Clients;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests;

/// <summary>Node and client can both be disposed with and without waiting on a thread.</summary>
public sealed class DisposalTests
{
    [Fact]
    public async Task A_node_is_disposed_without_blocking_a_thread()
    {
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var ports = PairPorts.New();
        using var node = new TestNode(Primary, ports, handler: socket =>
        {
            entered.Set();
            release.Wait(TimeSpan.FromSeconds(30));
            TestNode.Echo(socket);
        }).Started();
        using var client = Client.Of(node);
        Wait.Until(
            () =>
            {
                client.Ask();
                return entered.IsSet;
            },
            "the handler to be called");

        var disposal = node.Star.DisposeAsync().AsTask();

        disposal.IsCompleted.Should().BeFalse("the handler has not returned, and this thread does not wait for it");
        release.Set();
        Wait.For(disposal, "the node to end");
        node.Star.Completion.IsCompletedSuccessfully.Should().BeTrue();
        await node.Star.DisposeAsync();
        node.Star.Invoking(star => star.Start()).Should().Throw<ObjectDisposedException>();
        using var again = new TestNode(Primary, ports); // nothing is bound any more
    }

    [Fact]
    public async Task A_node_that_was_not_started_is_disposed_at_once()
    {
        var node = new TestNode(Primary, PairPorts.New());

        await node.Star.DisposeAsync();

        node.Star.Completion.IsCompletedSuccessfully.Should().BeTrue();
        node.Star.Poller.IsDisposed.Should().BeTrue();
    }

    [Fact]
    public async Task A_node_whose_poller_does_not_run_any_more_is_disposed()
    {
        using var poller = new NetMQPoller();
        using var node = new TestNode(Primary, PairPorts.New(), poller: poller);
        node.Star.Start();
        poller.RunAsync();
        Wait.Until(() => poller.IsRunning, "the poller to run");
        poller.Stop();

        await node.Star.DisposeAsync();

        node.Star.Completion.IsCompleted.Should().BeTrue();
        poller.IsDisposed.Should().BeFalse("the application gave it");
    }

    [Fact]
    public async Task A_client_can_be_disposed_by_a_using_declaration()
    {
        using var server = new RawServer(Ports.Free());
        var client = new BinaryStarClient(new BinaryStarClientOptions { Servers = [server.Endpoint] });
        using (client) await client.RequestAsync(new byte[] { 1 });

        await client.Awaiting(c => c.RequestAsync(new byte[] { 2 })).Should().ThrowAsync<ObjectDisposedException>();
        client.Invoking(c => c.Dispose()).Should().NotThrow();
    }
}
