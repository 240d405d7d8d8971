using NetMQ.HighAvailability.Tests.Support;
using NetMQ.Sockets;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>A reply without its last frame reaches nobody, and no client gets what was meant for another.</summary>
public sealed class UnfinishedReplyTests
{
    private const string Half = "half";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_frames_of_an_unfinished_reply_do_not_go_out_with_the_next_reply(bool thrown)
    {
        Exception? fault = null;
        using var node = new TestNode(Primary, PairPorts.New(), handler: socket =>
        {
            var message = socket.ReceiveMultipartMessage();
            if (!Begin(socket, message)) socket.SendMultipartMessage(message);
            else if (thrown) throw new InvalidDataException("in the middle of the reply");
        });
        node.Star.RequestFailed += (_, e) => fault = e.Exception;
        node.Started();
        using var first = Client.Of(node);
        using var second = Client.Of(node);
        AskAndForget(first);

        first.Socket.SendFrame(Half);
        second.AskUntilAnswered();

        ReceivesNothing(first);
        first.AskUntilAnswered();
        Wait.Until(() => node.Star.Status.RequestsFailed == 1, "the fault to be counted");
        if (thrown) fault.Should().BeOfType<InvalidDataException>();
        else fault.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("2 frame(s)").And.Contain("SendFrame");
    }

    [Fact]
    public void A_client_that_asks_for_notices_is_notified_of_its_unfinished_reply()
    {
        using var node = Serving(BeginOrEcho);
        using var client = Client.Of(node);
        AskAndForget(client);

        client.Socket.SendMultipartBytes("BS?1and sixteen more"u8.ToArray(), [], "half"u8.ToArray());

        client.Socket.ReceiveFrameString().Should().Be("BS!2and sixteen more");
    }

    [Fact]
    public void Under_EndNode_an_unfinished_reply_ends_the_node()
    {
        using var node = new TestNode(Primary, PairPorts.New(), TestNode.EndedByHandler, BeginOrEcho).Started();
        using var client = Client.Of(node);
        AskAndForget(client);

        client.Socket.SendFrame(Half);

        Wait.Until(() => node.Star.Completion.IsCompleted, "the node to end");
        node.Star.Completion.Exception!.InnerException!.Message.Should().Contain("but not its last one");
    }

    [Fact]
    public void A_reply_that_was_begun_outside_the_handler_and_left_is_discarded_and_reported()
    {
        using var later = new NetMQQueue<NetMQMessage>();
        VoterSocket? voter = null;
        using var node = new TestNode(Primary, PairPorts.New(), handler: socket =>
        {
            voter = socket;
            var message = socket.ReceiveMultipartMessage();
            if (message.Last.ConvertToString() == Half) later.Enqueue(message);
            else socket.SendMultipartMessage(message);
        });
        later.ReceiveReady += (_, e) => Begin(voter!, e.Queue.Dequeue()!);
        node.Star.Poller.Add(later);
        using var first = Client.Of(node.Started());
        using var second = Client.Of(node);
        AskAndForget(first);

        first.Socket.SendFrame(Half);
        Wait.Until(() => node.Star.Status.RequestsFailed == 1, "the unfinished reply to be found");
        second.AskUntilAnswered();

        ReceivesNothing(first);
        node.Logged.Single(record => record.Id.Id == 311).Exception!.Message.Should().Contain("Outside the handler");
    }

    [Fact]
    public void An_unfinished_late_reply_does_not_go_out_with_the_late_reply_of_the_next_callback()
    {
        using var later = new NetMQQueue<NetMQMessage>();
        VoterSocket? voter = null;
        NetMQMessage? half = null;
        using var node = new TestNode(Primary, PairPorts.New(), handler: socket =>
        {
            voter = socket;
            var message = socket.ReceiveMultipartMessage();
            if (message.Last.ConvertToString() == Half)
            {
                half = message;
                return;
            }

            if (half is not null) later.Enqueue(half); // both callbacks come without a turn of the node's between them
            half = null;
            later.Enqueue(message);
        });
        later.ReceiveReady += (_, e) =>
        {
            var message = e.Queue.Dequeue()!;
            if (!Begin(voter!, message)) voter!.SendMultipartMessage(message);
        };
        node.Star.Poller.Add(later);
        using var first = Client.Of(node.Started());
        using var second = Client.Of(node);
        AskAndForget(first);
        AskAndForget(second);

        first.Socket.SendFrame(Half);
        Wait.Until(() => half is not null, "the first request to be kept");
        second.AskUntilAnswered();

        ReceivesNothing(first);
        Wait.Until(() => node.Star.Status.RequestsFailed == 1, "the unfinished reply to be counted");
    }

    [Fact]
    public void A_dealer_voter_sends_whole_replies_only()
    {
        using var star = new BinaryStar(new BinaryStarOptions
        {
            Role = Primary,
            LocalEndpoints = [$"tcp://127.0.0.1:{Ports.Free()}"],
            RemoteEndpoints = [$"tcp://127.0.0.1:{Ports.Free()}"],
            HeartbeatInterval = TestNode.Heartbeat,
            FailoverTimeout = TestNode.Failover,
        });
        var endpoint = star.RegisterVoter("tcp://127.0.0.1:0", ZmqSocketType.Dealer, socket =>
        {
            var request = socket.ReceiveFrameString();
            socket.SendMoreFrame(request);
            if (request != Half) socket.SendMoreFrame("and").SendFrame("more");
        });
        star.Start();
        using var client = new DealerSocket();
        client.Connect(endpoint);
        NetMQMessage? reply = null;

        Wait.Until(
            () =>
            {
                client.SendFrame(Half);
                client.SendFrame("whole");
                return client.TryReceiveMultipartMessage(TimeSpan.FromMilliseconds(50), ref reply);
            },
            "an answer");

        reply!.Select(frame => frame.ConvertToString()).Should().Equal("whole", "and", "more");
        Wait.Until(() => star.Status.RequestsFailed > 0, "the unfinished replies to be counted");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_reply_without_the_envelope_is_counted_and_logged_with_the_remedy(int frames)
    {
        using var node = Serving(socket =>
        {
            var message = socket.ReceiveMultipartMessage();
            if (message.Last.ConvertToString() != Half) socket.SendMultipartMessage(message);
            else if (frames == 1) socket.SendFrame("the payload alone");
            else socket.SendMoreFrameEmpty().SendFrame("the payload without the routing id");
        });
        using var client = Client.Of(node);
        AskAndForget(client);

        client.Socket.SendFrame(Half);
        client.Socket.SendFrame(Half);
        Wait.Until(() => node.Star.Status.RepliesUndeliverable == 2, "the replies to be counted");

        client.AskUntilAnswered();
        node.Logged.Should().ContainSingle(record => record.Id.Id == 312).Which.Message.Should().Contain("envelope").And.Contain("disconnected");
        node.Star.Status.RequestsFailed.Should().Be(0);
    }

    [Fact]
    public void A_client_that_left_before_its_reply_is_reported_only_if_the_reply_is_sent_later()
    {
        VoterSocket? voter = null;
        NetMQMessage? kept = null;
        using var arrived = new ManualResetEventSlim();
        using var left = new ManualResetEventSlim();
        using var node = Serving(socket =>
        {
            voter = socket;
            var message = socket.ReceiveMultipartMessage();
            if (message.Last.ConvertToString() == "leaving")
            {
                kept = new NetMQMessage(message);
                arrived.Set();
                left.Wait(TimeSpan.FromSeconds(30));
            }

            socket.SendMultipartMessage(message);
        });
        using (var leaving = Client.Of(node))
        {
            leaving.AskUntilAnswered();
            leaving.Socket.SendFrame("leaving");
            arrived.Wait(TimeSpan.FromSeconds(30));
        }

        left.Set();
        using var other = Client.Of(node);
        other.AskUntilAnswered();
        node.Star.Status.RepliesUndeliverable.Should().Be(0);

        Wait.Until(
            () =>
            {
                new Task(() => voter!.SendMultipartMessage(new NetMQMessage(kept!))).Start(node.Star.Poller);
                return node.Star.Status.RepliesUndeliverable > 0;
            },
            "a late reply to lead nowhere");
        other.AskUntilAnswered();
    }

    private static bool Begin(VoterSocket socket, NetMQMessage message)
    {
        if (message.Last.ConvertToString() != Half) return false;
        socket.SendMoreFrame(message.First.ToByteArray()).SendMoreFrameEmpty();
        return true;
    }

    private static void BeginOrEcho(VoterSocket socket)
    {
        var message = socket.ReceiveMultipartMessage();
        if (!Begin(socket, message)) socket.SendMultipartMessage(message);
    }

    private static void AskAndForget(Client client)
    {
        client.AskUntilAnswered();
        while (client.Socket.TryReceiveFrameBytes(TimeSpan.FromMilliseconds(100), out _))
        {
        }
    }

    private static void ReceivesNothing(Client client)
    {
        NetMQMessage? foreign = null;
        client.Socket.TryReceiveMultipartMessage(TimeSpan.FromMilliseconds(100), ref foreign).Should().BeFalse($"{foreign} is not this client's");
    }

    private static TestNode Serving(Action<VoterSocket> handler) => new TestNode(Primary, PairPorts.New(), TestNode.Steady, handler).Started();
}
