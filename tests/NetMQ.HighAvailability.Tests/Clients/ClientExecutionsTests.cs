using System.Collections.Concurrent;
using System.Text;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>
/// How often the nodes of a pair execute one request of a client while the pair changes hands. The command
/// <c>client executions</c> of the benchmarks shows the same for more handlers and for crashes.
/// </summary>
public sealed class ClientExecutionsTests
{
    public enum Change
    {
        PoliteStop,
        SwitchOver,
    }

    [Theory]
    [InlineData(1, 0, 0, Change.PoliteStop)]
    [InlineData(1, 20, 0, Change.PoliteStop)]
    [InlineData(1, 100, 0, Change.PoliteStop)]
    [InlineData(1, 100, 0, Change.SwitchOver)]
    [InlineData(1, 0, 600, Change.PoliteStop)]
    [InlineData(1, 0, 600, Change.SwitchOver)]
    [InlineData(64, 0, 600, Change.PoliteStop)]
    [InlineData(64, 0, 600, Change.SwitchOver)]
    [InlineData(64, 20, 0, Change.PoliteStop)]
    public async Task No_request_is_executed_more_than_twice(int callers, int handlerMs, int laterMs, Change change)
    {
        var executed = new ConcurrentDictionary<string, int>();
        var ports = PairPorts.New();
        using var primary = Node(BinaryStarRole.Primary, ports, executed, handlerMs, laterMs);
        using var backup = Node(BinaryStarRole.Backup, ports, executed, handlerMs, laterMs);
        primary.WaitFor(BinaryStarState.Active);
        backup.WaitFor(BinaryStarState.Passive);
        Wait.Until(() => primary.Star.Status.PeerState == BinaryStarState.Passive, "the primary to know its peer as passive");
        await using var client = TestClient.Of(ports, options => options.ServerTimeout = options.SettleTime = TimeSpan.FromSeconds(10));
        var changed = new TaskCompletionSource();
        var asking = client.AskInTurns(callers, changed.Task);
        Wait.Until(() => client.Status.Answered > 2 * callers, "some answers");

        if (change == Change.PoliteStop) await primary.Star.StopAsync();
        else (await primary.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);

        var before = client.Status.Answered;
        Wait.Until(() => client.Status.Answered > before + (2 * callers), "answers of the other node");
        changed.SetResult();
        await asking;

        client.Client.CurrentServer.Should().Be(ports.VoterEndpoint(BinaryStarRole.Backup));
        executed.Values.Max().Should().BeLessThanOrEqualTo(2);
    }

    private static TestNode Node(BinaryStarRole role, PairPorts ports, ConcurrentDictionary<string, int> executed, int handlerMs, int laterMs)
    {
        var slow = new SlowEcho(TimeSpan.FromMilliseconds(laterMs));
        var node = new TestNode(role, ports, TestNode.Calm, socket =>
        {
            if (laterMs > 0)
            {
                slow.Handle(socket, Count);
                return;
            }

            var request = socket.ReceiveMultipartMessage();
            Count(request);
            if (handlerMs > 0) Thread.Sleep(handlerMs); // the work
            socket.SendMultipartMessage(request);
        });
        slow.ReplyFrom(node.Star.Poller);
        return node.Started();

        void Count(NetMQMessage request) => executed.AddOrUpdate(Encoding.UTF8.GetString(request.Last.Buffer.AsSpan(0, request.Last.MessageSize)), 1, (_, count) => count + 1);
    }
}
