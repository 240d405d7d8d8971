using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Requests that are handled asynchronously: how many at a time, in which order, and what comes of each.</summary>
public class AsyncRequestTests
{
    private static readonly TimeSpan AWhile = TimeSpan.FromMilliseconds(300);

    [Fact]
    public void Replies_leave_as_they_are_ready_and_not_in_the_order_of_the_requests()
    {
        using var node = AsyncNode.Active();
        using var client = Client.Of(node.Node);
        foreach (var text in (string[])["a", "b", "c"]) client.Socket.SendFrame(text);
        node.WaitForStart("a", "b", "c");

        foreach (var text in (string[])["c", "a", "b"])
        {
            node.End(text);
            client.Socket.ReceiveFrameString().Should().Be(text);
        }
    }

    [Fact]
    public void The_envelope_is_returned_and_only_the_payload_is_the_handlers()
    {
        using var node = AsyncNode.Active();
        using var client = Client.Of(node.Node);
        client.Socket.SendMultipartMessage(new NetMQMessage((NetMQFrame[])[new("one"), new("two"), NetMQFrame.Empty, new("x"), new("y")]));
        node.WaitForStart("x");
        var request = node.Requests.Single();
        request.Frames.Select(frame => System.Text.Encoding.UTF8.GetString(frame.Span)).Should().Equal("x", "y");
        request.Id.Should().BeNull();
        request.Term.Should().BeSameAs(node.Star.Term);

        node.End("x", new VoterReply((ReadOnlyMemory<byte>[])["1"u8.ToArray(), "2"u8.ToArray()]));

        client.Socket.ReceiveMultipartStrings().Should().Equal("one", "two", "", "1", "2");
    }

    [Fact]
    public void Beyond_the_bytes_that_requests_in_progress_may_have_further_ones_wait()
    {
        using var node = AsyncNode.Active(new VoterOptions { MaxBytes = 1000 });
        using var client = Client.Of(node.Node);
        var large = new string('a', 1500);
        client.Socket.SendFrame(large);
        node.WaitForStart(large);
        client.Socket.SendFrame("b");
        Thread.Sleep(AWhile);
        node.Started.Should().Equal(large);

        node.End(large);
        node.WaitForStart("b");
        node.End("b");
        client.Socket.ReceiveFrameString().Should().Be(large);
        client.Socket.ReceiveFrameString().Should().Be("b");
    }

    [Fact]
    public void A_request_without_an_empty_frame_is_all_payload()
    {
        using var node = AsyncNode.Active();
        using var client = Client.Of(node.Node);
        client.Socket.SendMoreFrame("x").SendFrame("y");
        node.WaitForStart("x");
        node.Requests.Single().Frames.Should().HaveCount(2);

        node.End("x");

        client.Socket.ReceiveMultipartStrings().Should().Equal("x");
    }

    [Fact]
    public void A_request_without_a_payload_is_served_too()
    {
        using var node = AsyncNode.Active();
        using var client = Client.Of(node.Node);
        client.Socket.SendMoreFrame("id").SendFrameEmpty();
        node.WaitForStart("");
        node.Requests.Single().Frames.Should().BeEmpty();

        node.End("", new VoterReply(ReadOnlyMemory<byte>.Empty));

        client.Socket.ReceiveMultipartStrings().Should().Equal("id", "", "");
    }

    [Fact]
    public void Nothing_is_sent_for_no_reply()
    {
        using var node = AsyncNode.Active();
        using var client = Client.Of(node.Node);
        client.Socket.SendFrame("silent");
        client.Socket.SendFrame("loud");
        node.WaitForStart("silent", "loud");

        node.End("silent", VoterReply.None);
        node.End("loud");

        client.Socket.ReceiveFrameString().Should().Be("loud");
        Wait.Until(() => node.Star.Status.RequestsInFlight == 0, "both places to be free");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void When_all_places_are_taken_requests_wait_in_the_socket_and_are_read_when_places_are_free(bool netMQ)
    {
        using var node = AsyncNode.Active(new VoterOptions { MaxConcurrency = 2 }, options => options.UseNetMQRouter = netMQ);
        using var client = Client.Of(node.Node);
        foreach (var text in (string[])["a", "b", "c", "d"]) client.Socket.SendFrame(text);
        node.WaitForStart("a", "b");
        Thread.Sleep(AWhile);
        node.Started.Should().BeEquivalentTo("a", "b");
        node.Star.Status.RequestsInFlight.Should().Be(2);
        var read = node.Star.Status.VotesAccepted;

        node.End("a");
        node.WaitForStart("c");
        node.Star.Status.VotesAccepted.Should().BeLessThanOrEqualTo(read + 1);
        foreach (var text in (string[])["b", "c"]) node.End(text);
        node.WaitForStart("d");
        node.End("d");

        var replies = Enumerable.Range(0, 4).Select(_ => client.Socket.ReceiveFrameString()).ToList();
        replies.Should().BeEquivalentTo("a", "b", "c", "d");
    }

    [Fact]
    public void With_one_place_no_two_handlers_ever_run_at_a_time()
    {
        var running = 0;
        var most = 0;
        var ports = PairPorts.New();
        using var node = new TestNode(BinaryStarRole.Primary, ports, TestNode.Calm, registerVoter: star => star.RegisterVoter(
            ports.VoterEndpoint(BinaryStarRole.Primary),
            async (request, _) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                await Task.Yield();
                Interlocked.Decrement(ref running);
                return request.Payload;
            },
            new VoterOptions { MaxConcurrency = 1 })).Started();
        using var client = Client.Of(node);
        client.AskUntilAnswered();
        for (var i = 0; i < 200; i++) client.Socket.SendFrame("x");
        for (var i = 0; i < 200; i++) client.Socket.SkipFrame();

        most.Should().Be(1);
    }

    [Fact]
    public void In_order_each_connection_has_one_request_in_progress_at_a_time()
    {
        using var node = AsyncNode.Active(new VoterOptions { OrderPerClient = true });
        using var one = Client.Of(node.Node);
        using var other = Client.Of(node.Node);
        foreach (var text in (string[])["a", "b", "c"]) one.Socket.SendFrame(text);
        other.Socket.SendFrame("x");
        node.WaitForStart("a", "x");
        Wait.Until(() => node.Star.Status.RequestsInFlight == 4, "all to be read");
        node.Started.Should().BeEquivalentTo("a", "x");

        node.End("a");
        node.WaitForStart("b");
        node.Started.Should().NotContain("c");
        node.End("b");
        node.WaitForStart("c");
        node.End("c");

        Enumerable.Range(0, 3).Select(_ => one.Socket.ReceiveFrameString()).Should().Equal("a", "b", "c");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_handler_that_throws_costs_its_request_alone(bool onPollerThread)
    {
        var ports = PairPorts.New();
        using var node = new TestNode(BinaryStarRole.Primary, ports, TestNode.Calm, registerVoter: star => star.RegisterVoter(
            ports.VoterEndpoint(BinaryStarRole.Primary),
            (request, _) => AsyncNode.TextOf(request) == "bad" ? throw new FormatException("bad") : new ValueTask<VoterReply>(request.Payload),
            new VoterOptions { StartOnPollerThread = onPollerThread })).Started();
        var faults = new List<Exception>();
        node.Star.RequestFailed += (_, e) => faults.Add(e.Exception);
        using var client = Client.Of(node);
        client.AskUntilAnswered();

        client.Socket.SendFrame("bad");
        client.Socket.SendFrame("good");

        client.Socket.ReceiveFrameString().Should().Be("good");
        Wait.Until(() => node.Star.Status is { RequestsFailed: 1, RequestsInFlight: 0 }, "the fault to be counted");
        faults.Should().ContainSingle().Which.Should().BeOfType<FormatException>();
        node.HasLogged(311).Should().BeTrue();
    }

    [Fact]
    public async Task A_client_is_notified_at_once_when_the_handler_fails()
    {
        using var node = AsyncNode.Active();
        await using var client = new BinaryStarClient(new BinaryStarClientOptions { Servers = [node.Node.Ports.VoterEndpoint(BinaryStarRole.Primary)] });
        var asking = client.RequestAsync("bad"u8.ToArray());
        node.WaitForStart("bad");

        node.Fail("bad", new FormatException("bad"));

        await asking.Invoking(task => task).Should().ThrowAsync<RequestFailedException>();
    }

    [Fact]
    public void A_fault_ends_the_node_if_it_is_to()
    {
        using var node = AsyncNode.Active(configure: TestNode.EndedByHandler);
        using var client = Client.Of(node.Node);
        client.Socket.SendFrame("bad");
        node.WaitForStart("bad");

        node.Fail("bad", new FormatException("bad"));

        Wait.Until(() => node.Star.Completion.IsFaulted, "the node to end");
        node.Star.Completion.Exception!.GetBaseException().Should().BeOfType<FormatException>();
    }

    [Fact]
    public async Task A_handler_that_takes_longer_than_its_timeout_is_cancelled_and_fails()
    {
        using var node = AsyncNode.Active(new VoterOptions { HandlerTimeout = TimeSpan.FromMilliseconds(100) });
        await using var client = new BinaryStarClient(new BinaryStarClientOptions { Servers = [node.Node.Ports.VoterEndpoint(BinaryStarRole.Primary)] });
        var faults = new List<Exception>();
        node.Star.RequestFailed += (_, e) => faults.Add(e.Exception);

        await client.Invoking(c => c.RequestAsync("slow"u8.ToArray())).Should().ThrowAsync<RequestFailedException>();

        node.Cancelled.Should().Contain("slow");
        node.Star.Term!.Token.IsCancellationRequested.Should().BeFalse();
        faults.Should().ContainSingle().Which.Should().BeOfType<TimeoutException>().Which.Message.Should().Contain("HandlerTimeout");
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 1_000_000)]
    [InlineData(true, 1)]
    [InlineData(true, 1_000_000)]
    public void Requests_of_any_size_are_echoed_by_either_router(bool netMQ, int bytes)
    {
        var ports = PairPorts.New();
        using var node = new TestNode(
            BinaryStarRole.Primary, ports,
            options =>
            {
                TestNode.Calm(options);
                options.UseNetMQRouter = netMQ;
            },
            registerVoter: star => star.RegisterVoter(ports.VoterEndpoint(BinaryStarRole.Primary), async (request, _) =>
            {
                await Task.Yield();
                return request.Payload;
            })).Started();
        using var client = Client.Of(node);
        client.AskUntilAnswered();
        var payload = new byte[bytes];
        Random.Shared.NextBytes(payload);

        for (var i = 0; i < 10; i++) client.Socket.SendFrame(payload);

        for (var i = 0; i < 10; i++) client.Socket.ReceiveFrameBytes().SequenceEqual(payload).Should().BeTrue();
    }

    [Fact]
    public void Each_request_is_measured_with_its_outcome()
    {
        var outcomes = new System.Collections.Concurrent.ConcurrentQueue<object?>();
        using var node = AsyncNode.Active(configure: options => options.Name = "measured");
        using var listener = new System.Diagnostics.Metrics.MeterListener();
        listener.InstrumentPublished = (instrument, meters) =>
        {
            if (instrument.Name == "binarystar.request.duration") meters.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            var all = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
            if (all["binarystar.name"] is "measured") outcomes.Enqueue(all["binarystar.outcome"]);
        });
        listener.Start();
        using var client = Client.Of(node.Node);
        foreach (var text in (string[])["good", "bad"]) client.Socket.SendFrame(text);
        node.WaitForStart("good", "bad");

        node.End("good");
        node.Fail("bad", new FormatException());

        Wait.Until(() => outcomes.Count == 2, "both to be measured");
        outcomes.Should().BeEquivalentTo(["ok", "failed"]);
    }

    [Fact]
    public void All_places_taken_for_long_without_a_reply_is_reported_once()
    {
        using var node = AsyncNode.Active(new VoterOptions { MaxConcurrency = 1 });
        using var client = Client.Of(node.Node);
        client.Socket.SendFrame("stuck");
        Wait.Until(() => node.Star.Status.RequestsStalledFor > TimeSpan.FromSeconds(1), "the stall to be seen");
        Wait.Until(() => node.Node.HasLogged(316), "the stall to be logged");

        node.End("stuck");
        client.Socket.ReceiveFrameString().Should().Be("stuck");
        Wait.Until(() => node.Star.Status.RequestsStalledFor is null, "the stall to be over");
        node.Node.LogCount(316).Should().Be(1);
    }

    [Fact]
    public void Continuations_do_not_come_back_to_the_pollers_thread()
    {
        var ports = PairPorts.New();
        var threads = new System.Collections.Concurrent.ConcurrentBag<bool>();
        TestNode? node = null;
        using var made = node = new TestNode(BinaryStarRole.Primary, ports, TestNode.Calm, registerVoter: star => star.RegisterVoter(
            ports.VoterEndpoint(BinaryStarRole.Primary),
            async (request, _) =>
            {
                threads.Add(node!.Star.Poller.CanExecuteTaskInline);
                await Task.Yield();
                threads.Add(node!.Star.Poller.CanExecuteTaskInline);
                return request.Payload;
            },
            new VoterOptions { StartOnPollerThread = true })).Started();
        using var client = Client.Of(node);
        client.AskUntilAnswered();

        threads.Should().Contain(true).And.Contain(false);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_handler_leaves_in_its_context_is_not_the_next_ones(bool onPollerThread)
    {
        var ports = PairPorts.New();
        var local = new AsyncLocal<string?>();
        var left = new System.Collections.Concurrent.ConcurrentBag<string>();
        using var node = new TestNode(BinaryStarRole.Primary, ports, TestNode.Calm, registerVoter: star => star.RegisterVoter(
            ports.VoterEndpoint(BinaryStarRole.Primary),
            (request, _) =>
            {
                if (local.Value is { } found) left.Add(found);
                local.Value = AsyncNode.TextOf(request);
                return new ValueTask<VoterReply>(request.Payload);
            },
            new VoterOptions { StartOnPollerThread = onPollerThread })).Started();
        using var client = Client.Of(node);
        client.AskUntilAnswered();
        for (var i = 0; i < 100; i++) client.Socket.SendFrame("x");
        for (var i = 0; i < 100; i++) client.Socket.SkipFrame();

        left.Should().BeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_001)]
    public void An_option_out_of_range_is_named(int places)
    {
        using var star = new BinaryStar(new BinaryStarOptions
        {
            Role = BinaryStarRole.Primary, LocalEndpoints = [$"tcp://127.0.0.1:{Ports.Free()}"], RemoteEndpoints = ["tcp://127.0.0.1:9"],
        });
        star.Invoking(node => node.RegisterVoter("tcp://127.0.0.1:0", (request, _) => new ValueTask<VoterReply>(request.Payload), new VoterOptions { MaxConcurrency = places }))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("MaxConcurrency must be from 1 to 100,000.*");
    }
}
