using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Requests that come again while they are handled asynchronously, or afterwards.</summary>
public class AsyncRepeatTests
{
    [Fact]
    public async Task The_id_is_the_same_when_the_client_sends_the_request_again()
    {
        using var node = AsyncNode.Active();
        await using var client = new BinaryStarClient(new BinaryStarClientOptions
        {
            Servers = [node.Node.Ports.VoterEndpoint(BinaryStarRole.Primary)], ServerTimeout = TimeSpan.FromMilliseconds(500),
        });
        var asking = client.RequestAsync("x"u8.ToArray());
        Wait.Until(() => node.Requests.Count >= 2, "the request to come again");

        node.Requests.Select(request => request.Id).Distinct().Should().ContainSingle().Which.Should().NotBeNull();
        Wait.Until(() => node.End("x") || asking.IsCompleted, "the reply");
        (await asking).Should().Equal("x"u8.ToArray());
        var next = client.RequestAsync("y"u8.ToArray());
        node.WaitForStart("y");
        node.Requests.Last().Id.Should().NotBe(node.Requests.First().Id!.Value);
        node.End("y");
        await next;
    }

    [Fact]
    public async Task A_request_that_comes_again_is_executed_once_if_replies_are_remembered()
    {
        using var node = AsyncNode.Active(new VoterOptions { RememberedReplies = 10 });
        await using var client = new BinaryStarClient(new BinaryStarClientOptions
        {
            Servers = [node.Node.Ports.VoterEndpoint(BinaryStarRole.Primary)], ServerTimeout = TimeSpan.FromMilliseconds(500),
        });
        var asking = client.RequestAsync("x"u8.ToArray());
        Wait.Until(() => node.Star.Status.RequestsRepeated >= 1, "the request to come again");

        node.End("x");

        (await asking).Should().Equal("x"u8.ToArray());
        node.Started.Should().Equal("x");
    }

    [Fact]
    public void A_remembered_reply_is_sent_again_in_the_envelope_of_the_copy()
    {
        using var node = AsyncNode.Active(new VoterOptions { RememberedReplies = 10 });
        using var client = Client.Of(node.Node);
        byte[] id = [.. "BS?1"u8, .. Guid.NewGuid().ToByteArray()];
        Ask("x");
        node.WaitForStart("x");
        node.End("x", new VoterReply([new byte[] { 1 }, new byte[] { 2 }]));
        var first = client.Socket.ReceiveMultipartBytes();

        Ask("x");

        client.Socket.ReceiveMultipartBytes().Should().BeEquivalentTo(first);
        first.Should().BeEquivalentTo((byte[][])[id, [], [1], [2]]);
        node.Started.Should().Equal("x");
        Wait.Until(() => node.Star.Status.RequestsRepeated == 1, "the copy to be counted");

        void Ask(string text) => client.Socket.SendMoreFrame(id).SendMoreFrameEmpty().SendFrame(text);
    }

    [Fact]
    public void A_request_that_failed_is_executed_again_although_replies_are_remembered()
    {
        using var node = AsyncNode.Active(new VoterOptions { RememberedReplies = 10 });
        using var client = Client.Of(node.Node);
        byte[] id = [.. "BS?1"u8, .. Guid.NewGuid().ToByteArray()];
        client.Socket.SendMoreFrame(id).SendMoreFrameEmpty().SendFrame("x");
        node.WaitForStart("x");
        node.Fail("x", new FormatException());
        client.Socket.ReceiveMultipartBytes().Should().ContainSingle("that is the notice").Which.Should().StartWith("BS!2"u8.ToArray());

        client.Socket.SendMoreFrame(id).SendMoreFrameEmpty().SendFrame("x");

        Wait.Until(() => node.Started.Count() == 2, "the second execution");
        node.End("x");
        client.Socket.ReceiveMultipartBytes().Should().HaveCount(3);
    }

    [Fact]
    public void A_copy_of_a_request_in_progress_has_further_ones_wait_if_it_is_large()
    {
        using var node = AsyncNode.Active(new VoterOptions { RememberedReplies = 10, MaxBytes = 1000 });
        using var client = Client.Of(node.Node);
        byte[] id = [.. "BS?1"u8, .. Guid.NewGuid().ToByteArray()];
        client.Socket.SendMoreFrame(id).SendMoreFrameEmpty().SendFrame("x");
        node.WaitForStart("x");
        client.Socket.SendMoreFrame(id).SendMoreFrameEmpty().SendFrame(new string('x', 1500));
        client.Socket.SendFrame("b");
        Wait.Until(() => node.Star.Status.RequestsRepeated == 1, "the copy");
        Thread.Sleep(TimeSpan.FromMilliseconds(300));
        node.Started.Should().Equal("x");

        node.End("x");
        node.WaitForStart("b");
        node.End("b");
    }
}
