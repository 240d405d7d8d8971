using System.Collections.Concurrent;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.Sockets;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>The voter socket: its types, and what a handler may do with a request.</summary>
public sealed class VoterTests
{
    [Theory]
    [InlineData(ZmqSocketType.Dealer)]
    [InlineData(ZmqSocketType.Pull)]
    [InlineData(ZmqSocketType.Sub)]
    public void Other_voter_types_receive_whole_requests(ZmqSocketType type)
    {
        using var star = Lone();
        var got = new List<string>();
        var endpoint = star.RegisterVoter("tcp://127.0.0.1:0", type, socket =>
        {
            var message = socket.ReceiveMultipartStrings();
            lock (got) got.Add(string.Join('|', message));
        });
        star.Start();
        using NetMQSocket client = type switch
        {
            ZmqSocketType.Dealer => new DealerSocket(),
            ZmqSocketType.Pull => new PushSocket(),
            _ => new PublisherSocket(),
        };
        client.Connect(endpoint);

        Wait.Until(
            () =>
            {
                client.TrySendFrame(TimeSpan.FromMilliseconds(10), "a", more: true);
                client.TrySendFrame(TimeSpan.FromMilliseconds(10), "b");
                lock (got) return got.Count > 0;
            },
            "a request to be served");

        lock (got) got.Should().OnlyContain(request => request == "a|b");
    }

    [Fact]
    public void A_dealer_voter_answers()
    {
        using var star = Lone();
        var endpoint = star.RegisterVoter("tcp://127.0.0.1:0", ZmqSocketType.Dealer, socket => socket.SendFrame("re: " + socket.ReceiveFrameString()));
        star.Start();
        using var client = new DealerSocket();
        client.Connect(endpoint);
        string? reply = null;

        Wait.Until(
            () =>
            {
                client.SendFrame("hello");
                return client.TryReceiveFrameString(TimeSpan.FromMilliseconds(50), out reply);
            },
            "an answer");

        reply.Should().Be("re: hello");
    }

    [Theory]
    [InlineData(ZmqSocketType.Rep, "*answer every request*Router*")]
    [InlineData(ZmqSocketType.Req, "*replies to its own requests*")]
    [InlineData(ZmqSocketType.Pub, "*cannot receive*")]
    [InlineData(ZmqSocketType.Push, "*cannot receive*")]
    [InlineData(ZmqSocketType.Pair, "*only Router, Dealer, Pull and Sub*")]
    [InlineData(ZmqSocketType.Xpub, "*only Router, Dealer, Pull and Sub*")]
    [InlineData(ZmqSocketType.Stream, "*only Router, Dealer, Pull and Sub*")]
    public void Types_that_cannot_be_a_voter_are_refused_with_the_reason(ZmqSocketType type, string reason)
    {
        using var star = Lone();
        var port = Ports.Free();

        star.Invoking(s => s.RegisterVoter($"tcp://127.0.0.1:{port}", type, _ => { }))
            .Should().Throw<ArgumentException>().WithMessage(reason);

        Ports.IsListening(port).Should().BeFalse();
    }

    [Fact]
    public void A_second_voter_is_refused_and_not_bound()
    {
        using var star = Lone();
        star.RegisterVoter("tcp://127.0.0.1:0", ZmqSocketType.Router, _ => { });
        var port = Ports.Free();

        star.Invoking(s => s.RegisterVoter($"tcp://127.0.0.1:{port}", ZmqSocketType.Router, _ => { }))
            .Should().Throw<InvalidOperationException>().WithMessage($"*exactly one*{port}*");

        Ports.IsListening(port).Should().BeFalse();
    }

    [Theory]
    [InlineData("nonsense", "*'nonsense'*malformed*")]
    [InlineData("tcp://*:50o1", "*'tcp://*:50o1'*malformed*")]
    [InlineData("tcp://*:99999999999", "*'tcp://*:99999999999'*malformed*")]
    [InlineData("tcp://192.0.2.1:5001", "*'tcp://192.0.2.1:5001'*cannot be bound*this machine*")]
    [InlineData("tcp://no-such-host.invalid:5001", "*'tcp://no-such-host.invalid:5001'*cannot be bound*")]
    [InlineData("tcp://127.0.0.1", "*'tcp://127.0.0.1'*")]
    [InlineData("tcp://127.0.0.1:99999", "*'tcp://127.0.0.1:99999'*")]
    [InlineData("smoke://signal", "*'smoke://signal'*")]
    public void A_voter_endpoint_that_cannot_be_bound_is_named(string endpoint, string message)
    {
        using var star = Lone();

        star.Invoking(s => s.RegisterVoter(endpoint, ZmqSocketType.Router, _ => { }))
            .Should().Throw<EndpointException>().WithMessage(message)
            .Which.Endpoint.Should().Be(endpoint);
    }

    [Fact]
    public void An_IPv6_wildcard_in_use_is_not_said_to_have_no_address()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.IPv6Any, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        using var star = Lone();

        star.Invoking(s => s.RegisterVoter($"tcp://[::]:{port}", ZmqSocketType.Router, _ => { }))
            .Should().Throw<EndpointException>().WithMessage($"*'tcp://[::]:{port}' is in use*");
    }

    [Fact]
    public void A_voter_endpoint_in_use_is_named_and_another_can_be_registered()
    {
        using var taken = new RouterSocket();
        var port = taken.BindRandomPort("tcp://127.0.0.1");
        using var star = Lone();

        star.Invoking(s => s.RegisterVoter($"tcp://127.0.0.1:{port}", ZmqSocketType.Router, _ => { }))
            .Should().Throw<EndpointException>().WithMessage($"*'tcp://127.0.0.1:{port}' is in use*");

        star.RegisterVoter("tcp://127.0.0.1:0", ZmqSocketType.Router, _ => { }).Should().StartWith("tcp://127.0.0.1:");
    }

    [Fact]
    public void What_a_handler_leaves_unread_is_discarded_and_the_next_request_is_whole()
    {
        var seen = new List<string>();
        using var node = Echoing(socket =>
        {
            var identity = socket.ReceiveFrameBytes();
            var first = socket.ReceiveFrameString();
            lock (seen) seen.Add(first);
            socket.SendMoreFrame(identity).SendFrame(first);
        });
        using var client = Client.Of(node);
        client.AskUntilAnswered();

        client.Socket.SendMoreFrame("one").SendMoreFrame("x").SendMoreFrame("y").SendFrame("z");
        client.Socket.SendMoreFrame("two").SendFrame("x");
        Wait.Until(() => Count(seen, "two") == 1, "the second request");

        lock (seen) seen.Should().EndWith(["one", "two"]);
    }

    [Fact]
    public void A_handler_that_reads_nothing_or_the_routing_id_only_leaves_the_next_request_whole()
    {
        var sizes = new List<int>();
        var calls = 0;
        using var node = Echoing(socket =>
        {
            switch (++calls % 3)
            {
                case 0:
                    return;
                case 1:
                    socket.SkipFrame();
                    return;
                default:
                    lock (sizes) sizes.Add(socket.ReceiveMultipartBytes().Count);
                    return;
            }
        });
        using var client = Client.Of(node);

        Wait.Until(
            () =>
            {
                client.Socket.SendMoreFrame("a").SendMoreFrame("b").SendFrame("c");
                lock (sizes) return sizes.Count > 20;
            },
            "requests to be read");

        lock (sizes) sizes.Should().OnlyContain(size => size == 4);
    }

    [Fact]
    public void A_handler_cannot_read_into_the_next_request()
    {
        Exception? waiting = null;
        bool? trying = null;
        using var node = Echoing(socket =>
        {
            var message = socket.ReceiveMultipartMessage();
            trying = socket.TryReceiveFrameBytes(TimeSpan.FromSeconds(1), out _);
            waiting = Record.Exception(() => socket.ReceiveFrameBytes());
            socket.SendMultipartMessage(message);
        });
        using var client = Client.Of(node);
        for (var i = 0; i < 3; i++) client.Socket.SendFrame("queued");

        client.AskUntilAnswered();

        trying.Should().BeFalse();
        waiting.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("last frame");
    }

    [Fact]
    public void A_reply_may_be_sent_later_and_reading_outside_the_handler_is_refused()
    {
        var kept = new Queue<NetMQMessage>();
        VoterSocket? voter = null;
        Exception? outside = null;
        using var node = Echoing(
            socket =>
            {
                voter = socket;
                kept.Enqueue(socket.ReceiveMultipartMessage());
            },
            star =>
            {
                var timer = new NetMQTimer(TimeSpan.FromMilliseconds(5));
                timer.Elapsed += (_, _) =>
                {
                    if (voter is null) return;
                    outside ??= Record.Exception(() => voter.ReceiveFrameBytes());
                    while (kept.TryDequeue(out var message)) voter.SendMultipartMessage(message);
                };
                star.Poller.Add(timer);
            });
        using var client = Client.Of(node);

        client.AskUntilAnswered();

        outside.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("inside the handler");
    }

    [Fact]
    public void A_client_that_understands_it_is_notified_of_its_rejection_and_no_other()
    {
        using var node = new TestNode(Backup, PairPorts.New()).Started(); // alone: rejects everything
        using var client = Client.Of(node);
        var id = "BS?1and sixteen more"u8.ToArray();

        client.Socket.SendFrame("BS?1but not an id");
        client.Socket.SendMultipartBytes("BS?1and nothing more"u8.ToArray());
        client.Socket.SendMultipartBytes([.. "BS?2"u8, .. id[4..]], [], [1]);
        client.Socket.SendMultipartBytes(id, [], [1, 2, 3]);

        NetMQMessage? notice = null;
        client.Socket.TryReceiveMultipartMessage(TimeSpan.FromSeconds(20), ref notice).Should().BeTrue();
        notice!.Select(frame => frame.ConvertToString()).Should().Equal("BS!1and sixteen more");
        Wait.Until(() => node.Star.Status.VotesRejected == 4, "all to be rejected");
    }

    [Fact]
    public void Ten_thousand_requests_in_flight_lose_no_reply()
    {
        using var node = Echoing(TestNode.Echo);
        using var client = Client.Of(node);
        client.AskUntilAnswered();
        while (client.Socket.TryReceiveFrameBytes(TimeSpan.FromMilliseconds(200), out _))
        {
        }

        for (var i = 0; i < 10_000; i++) client.Socket.SendFrame("request");
        var replies = 0;
        Wait.Until(
            () =>
            {
                while (client.Socket.TryReceiveFrameBytes(TimeSpan.FromMilliseconds(10), out _)) replies++;
                return replies >= 10_000;
            },
            "every reply");

        replies.Should().Be(10_000);
    }

    private static int Count(List<string> list, string item)
    {
        lock (list) return list.Count(entry => entry == item);
    }

    [Fact]
    public void A_frame_that_is_too_large_ends_its_clients_connection_and_no_others()
    {
        var requests = new ConcurrentQueue<(string Connection, int Size)>();
        using var node = new TestNode(
            Primary, PairPorts.New(), options => options.VoterMaxRequestBytes = 1024,
            handler: socket =>
            {
                var message = socket.ReceiveMultipartMessage();
                requests.Enqueue((Convert.ToHexString(message.First.Buffer), message.Last.MessageSize));
                socket.SendMultipartMessage(message);
            }).Started();
        using var other = Client.Of(node);
        using var greedy = Client.Of(node);
        other.AskUntilAnswered();
        greedy.Socket.SendFrame(new byte[1024]);
        greedy.AskUntilAnswered();

        greedy.Socket.SendFrame(new byte[1025]);
        greedy.AskUntilAnswered();

        other.AskUntilAnswered();
        requests.Max(request => request.Size).Should().Be(1024);
        requests.Select(request => request.Connection).Distinct().Should().HaveCount(3, "the greedy one has connected anew, and the other has not");
    }

    private static BinaryStar Lone() => new(new BinaryStarOptions
    {
        Role = Primary,
        LocalEndpoints = [$"tcp://127.0.0.1:{Ports.Free()}"],
        RemoteEndpoints = [$"tcp://127.0.0.1:{Ports.Free()}"],
        HeartbeatInterval = TestNode.Heartbeat,
        FailoverTimeout = TestNode.Failover,
    });

    private static TestNode Echoing(Action<VoterSocket> handler, Action<BinaryStar>? prepare = null)
    {
        var node = new TestNode(Primary, PairPorts.New(), TestNode.Steady, handler);
        prepare?.Invoke(node.Star);
        return node.Started();
    }
}
