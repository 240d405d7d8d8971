using NetMQ.HighAvailability.Hosting;

namespace NetMQ.HighAvailability.Tests;

/// <summary>What an application's own unit tests need: its handlers, observers and work, without a node or a socket.</summary>
public sealed class HandlerUnitTests
{
    [Fact]
    public void A_handler_answers_a_request_without_a_socket()
    {
        var client = new VoterSocket(Request("id", "", "hello"));

        new Greeter().Handle(client);

        client.Sent.Should().ContainSingle().Which.Select(frame => frame.ConvertToString()).Should().Equal("id", "", "hello, world");
        client.HasMore.Should().BeFalse();
    }

    [Fact]
    public void A_handler_may_read_frame_by_frame()
    {
        var client = new VoterSocket(Request("one", "two"));

        client.HasMore.Should().BeTrue();
        client.ReceiveFrameString(out var more).Should().Be("one");
        more.Should().BeTrue();
        client.ReceiveFrameString(out more).Should().Be("two");
        more.Should().BeFalse();
        client.TryReceiveFrameString(out _).Should().BeFalse();
        client.Invoking(socket => socket.ReceiveFrameString()).Should().Throw<InvalidOperationException>("the node's own socket does not wait either");
    }

    [Fact]
    public void An_unfinished_reply_is_not_sent()
    {
        var client = new VoterSocket(Request("id", "", "hello"));

        client.SendMoreFrame("id").SendMoreFrameEmpty();
        client.Sent.Should().BeEmpty();

        client.SendFrame("now");
        client.SendFrame("more");
        client.Sent.Select(message => message.FrameCount).Should().Equal(3, 1);
    }

    [Fact]
    public void The_socket_keeps_a_copy_of_the_request()
    {
        byte[] frame = [1];
        var client = new VoterSocket(new NetMQMessage([frame]));

        frame[0] = 2;

        client.ReceiveFrameBytes().Should().Equal(1);
        client.Invoking(_ => new VoterSocket(new NetMQMessage())).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task An_asynchronous_handler_answers_a_request_of_the_test()
    {
        var id = Guid.NewGuid();
        var one = new VoterRequest("hello"u8.ToArray());
        var two = new VoterRequest([new byte[] { 1 }, new byte[] { 2, 3 }], id, new BinaryStarTerm(7, CancellationToken.None));

        var reply = await GreetAsync(one, CancellationToken.None);

        reply.Frames.Should().ContainSingle().Which.ToArray().Should().Equal("hello, world"u8.ToArray());
        one.Id.Should().BeNull();
        one.Client.Length.Should().Be(0);
        one.Term.Token.IsCancellationRequested.Should().BeFalse();
        one.Frames.Should().ContainSingle();
        two.Id.Should().Be(id);
        two.Term.Number.Should().Be(7);
        two.Payload.ToArray().Should().Equal(1);
        two.Frames.Select(frame => frame.ToArray()).Should().BeEquivalentTo((byte[][])[[1], [2, 3]]);
        new VoterRequest([], null, null).Payload.IsEmpty.Should().BeTrue();

        static async ValueTask<VoterReply> GreetAsync(VoterRequest request, CancellationToken cancellation)
        {
            await Task.Yield();
            cancellation.ThrowIfCancellationRequested();
            return (byte[])[.. request.Payload.Span, .. ", world"u8];
        }
    }

    [Fact]
    public void A_reply_is_nothing_one_frame_or_several()
    {
        VoterReply.None.IsNone.Should().BeTrue();
        VoterReply.None.Frames.Should().BeEmpty();
        new VoterReply(ReadOnlyMemory<byte>.Empty).IsNone.Should().BeFalse();
        new VoterReply(ReadOnlyMemory<byte>.Empty).Frames.Should().ContainSingle();
        new VoterReply([new byte[] { 1 }, ReadOnlyMemory<byte>.Empty]).Frames.Should().HaveCount(2);
        FluentActions.Invoking(() => new VoterReply([])).Should().Throw<ArgumentException>().WithMessage("*VoterReply.None*");
        FluentActions.Invoking(() => (VoterReply)(byte[])null!).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public async Task Work_ends_with_a_term_of_the_test()
    {
        using var over = new CancellationTokenSource();
        var term = new BinaryStarTerm(7, over.Token);

        var work = Task.Delay(Timeout.Infinite, term.Token);
        await over.CancelAsync();

        term.Number.Should().Be(7);
        await work.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void Event_arguments_have_what_they_are_given()
    {
        var change = new BinaryStarStateChangedEventArgs(BinaryStarState.Passive, BinaryStarState.Active, BinaryStarChangeReason.PeerSilent, 2);
        var window = new DualActiveLostEventArgs(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(1));
        var server = new ServerChangedEventArgs(null, "tcp://one:1", ServerChangeReason.First, TimeSpan.FromSeconds(3));

        (change.PreviousState, change.NewState, change.Reason, change.Term)
            .Should().Be((BinaryStarState.Passive, BinaryStarState.Active, BinaryStarChangeReason.PeerSilent, 2L));
        (window.WindowEnd - window.WindowStart).Should().Be(TimeSpan.FromSeconds(1));
        (server.PreviousServer, server.NewServer, server.Reason, server.Duration)
            .Should().Be((null, "tcp://one:1", ServerChangeReason.First, TimeSpan.FromSeconds(3)));
    }

    private static NetMQMessage Request(params string[] frames) => new(frames.Select(frame => new NetMQFrame(frame)));

    private sealed class Greeter : IRequestHandler
    {
        public void Handle(VoterSocket client)
        {
            var message = client.ReceiveMultipartMessage();
            var greeting = message.Last.ConvertToString() + ", world";
            message.RemoveFrame(message.Last);
            message.Append(greeting);
            client.SendMultipartMessage(message);
        }
    }
}
