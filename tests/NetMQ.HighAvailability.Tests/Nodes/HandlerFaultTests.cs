using System.Collections.Concurrent;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>A handler that fails costs the request at which it failed, and nothing else.</summary>
public sealed class HandlerFaultTests
{
    private const string Poison = "poison";

    private static readonly byte[] AskingId = "BS?1and sixteen more"u8.ToArray();
    private static readonly byte[] ReceiptId = "BS?2and sixteen more"u8.ToArray();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_request_at_which_the_handler_throws_is_dropped_and_the_next_one_is_served_whole(bool readFirst)
    {
        var sizes = new ConcurrentBag<int>();
        var poisoned = false;
        using var node = Serving(socket =>
        {
            if (poisoned && !readFirst)
            {
                poisoned = false;
                throw new InvalidDataException("from the handler");
            }

            if (poisoned) socket.SkipFrame();
            if (poisoned && socket.ReceiveFrameString() == Poison) throw new InvalidDataException("from the handler");
            var message = socket.ReceiveMultipartMessage();
            if (message.FrameCount == 2) sizes.Add(message.FrameCount);
            socket.SendMultipartMessage(message);
        });
        using var client = Client.Of(node);
        client.AskUntilAnswered();
        RunOnPoller(node, () => poisoned = true);

        client.Socket.SendMoreFrame(Poison).SendMoreFrame("left").SendFrame("unread");
        Wait.Until(() => node.Star.Status.RequestsFailed == 1, "the handler to fail");
        RunOnPoller(node, () => poisoned = false);
        client.AskUntilAnswered();

        node.Star.Completion.IsCompleted.Should().BeFalse();
        node.State.Should().Be(BinaryStarState.Active);
        sizes.Should().OnlyContain(size => size == 2);
    }

    [Fact]
    public void A_handler_that_reads_past_the_request_costs_that_request_only()
    {
        using var node = Serving(socket =>
        {
            var message = socket.ReceiveMultipartMessage();
            if (message.Last.ConvertToString() == "index") _ = message[2];
            if (message.Last.ConvertToString() == "frame") socket.ReceiveFrameBytes();
            socket.SendMultipartMessage(message);
        });
        using var client = Client.Of(node);
        client.AskUntilAnswered();

        client.Socket.SendFrame("index");
        client.Socket.SendFrame("frame");
        client.AskUntilAnswered();

        Wait.Until(() => node.Star.Status.RequestsFailed == 2, "both to be counted");
        node.Star.Completion.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public void The_application_is_notified_on_the_pollers_thread_and_the_log_once_in_a_while()
    {
        var thrown = new InvalidDataException("from the handler");
        var reported = new ConcurrentQueue<(Exception Exception, int Thread)>();
        var handlerThread = 0;
        using var node = new TestNode(Primary, PairPorts.New(), handler: _ =>
        {
            handlerThread = Environment.CurrentManagedThreadId;
            throw thrown;
        });
        node.Star.RequestFailed += (_, e) => reported.Enqueue((e.Exception, Environment.CurrentManagedThreadId));
        using var client = Client.Of(node.Started());

        Wait.Until(
            () =>
            {
                client.Socket.SendFrame("any");
                return node.Star.Status.RequestsFailed > 3;
            },
            "requests to fail");

        reported.Should().HaveCountGreaterThan(3).And.OnlyContain(entry => entry.Exception == thrown && entry.Thread == handlerThread);
        node.Logged.Should().ContainSingle(record => record.Id.Id == 311).Which.Exception.Should().BeSameAs(thrown);
    }

    [Fact]
    public void An_exception_of_a_RequestFailed_callback_ends_the_node()
    {
        using var node = new TestNode(Primary, PairPorts.New(), handler: _ => throw new InvalidDataException("from the handler"));
        node.Star.RequestFailed += (_, _) => throw new NotImplementedException("from the callback");
        using var client = Client.Of(node.Started());

        Wait.Until(() => client.Ask() || node.Star.Completion.IsCompleted, "the node to end");

        node.Star.Completion.Exception!.InnerException.Should().BeOfType<NotImplementedException>();
    }

    [Fact]
    public void A_client_that_asks_for_notices_is_notified_that_its_request_failed_and_no_other()
    {
        using var node = Serving(ThrowAtPoison);
        using var client = Client.Of(node);
        using var other = Client.Of(node);
        client.AskUntilAnswered();
        other.AskUntilAnswered();
        Forget(client);
        Forget(other);

        other.Socket.SendMultipartBytes([], "poison"u8.ToArray());
        other.Socket.SendMultipartBytes(AskingId, "poison"u8.ToArray(), "unread"u8.ToArray());
        client.Socket.SendMultipartBytes(AskingId, [], "poison"u8.ToArray());

        Received(client).Should().Equal("BS!2and sixteen more");
        Received(other).Should().Equal("BS?1and sixteen more", Poison, "unread");
        node.Star.Completion.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public void A_client_that_asks_for_a_receipt_gets_it_before_the_handler_runs()
    {
        Client? client = null;
        var before = new List<string>();
        using var node = Serving(socket =>
        {
            var message = socket.ReceiveMultipartMessage();
            if (message.FrameCount == 4) before.AddRange(Received(client!));
            socket.SendMultipartMessage(message);
        });
        using var asking = client = Client.Of(node);
        client.AskUntilAnswered();
        Forget(client);

        client.Socket.SendMultipartBytes(ReceiptId, [], [(byte)'x']);
        Wait.Until(() => node.Star.Status.VotesAccepted > 1 && before.Count > 0, "the request to be handled");

        before.Should().Equal("BS!3and sixteen more");
        Received(client).Should().Equal("BS?2and sixteen more", "", "x");
    }

    [Fact]
    public void A_request_that_was_answered_before_the_handler_threw_has_its_answer_alone()
    {
        using var node = Serving(socket =>
        {
            var message = socket.ReceiveMultipartMessage();
            var fails = message.Last.ConvertToString() == Poison;
            socket.SendMultipartMessage(message);
            if (fails) throw new InvalidDataException("after the answer");
        });
        using var client = Client.Of(node);
        client.AskUntilAnswered();
        Forget(client);

        client.Socket.SendMultipartBytes(AskingId, [], "poison"u8.ToArray());
        client.Socket.SendFrame("next");

        Received(client).Should().Equal("BS?1and sixteen more", "", Poison);
        Received(client).Should().Equal("next");
        Wait.Until(() => node.Star.Status.RequestsFailed == 1, "the failure to be counted");
    }

    [Fact]
    public void Under_EndNode_no_client_is_kept_from_asking_the_peer()
    {
        using var node = new TestNode(Primary, PairPorts.New(), TestNode.EndedByHandler, ThrowAtPoison).Started();
        using var client = Client.Of(node);
        client.AskUntilAnswered();
        Forget(client);

        client.Socket.SendMultipartBytes(AskingId, [], "poison"u8.ToArray());
        Wait.Until(() => node.Star.Completion.IsCompleted, "the node to end");

        client.Socket.TryReceiveFrameBytes(TimeSpan.FromMilliseconds(100), out _).Should().BeFalse();
        node.Star.Status.RequestsFailed.Should().Be(0);
        node.Star.Completion.Exception!.InnerException.Should().BeOfType<InvalidDataException>();
    }

    private static void ThrowAtPoison(VoterSocket socket)
    {
        var message = socket.ReceiveMultipartMessage();
        if (message.Last.ConvertToString() == Poison) throw new InvalidDataException("from the handler");
        socket.SendMultipartMessage(message);
    }

    private static List<string> Received(Client client)
    {
        NetMQMessage? message = null;
        client.Socket.TryReceiveMultipartMessage(TimeSpan.FromSeconds(20), ref message).Should().BeTrue("something is to come");
        return message!.Select(frame => frame.ConvertToString()).ToList();
    }

    // The answers to what was asked before.
    private static void Forget(Client client)
    {
        while (client.Socket.TryReceiveFrameBytes(TimeSpan.FromMilliseconds(100), out _))
        {
        }
    }

    private static void RunOnPoller(TestNode node, Action action)
    {
        var task = new Task(action);
        task.Start(node.Star.Poller);
        Wait.For(task, "the poller");
    }

    private static TestNode Serving(Action<VoterSocket> handler) => new TestNode(Primary, PairPorts.New(), TestNode.Steady, handler).Started();
}
