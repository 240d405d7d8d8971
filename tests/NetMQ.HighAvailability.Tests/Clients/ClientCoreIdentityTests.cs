using NetMQ.HighAvailability.Clients;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>Which replies and notices the core believes.</summary>
public sealed class ClientCoreIdentityTests
{
    [Fact]
    public void A_reply_of_a_server_that_was_never_sent_the_request_is_garbage()
    {
        var client = CoreDriver.Following();
        var request = client.Submit();

        client.Answer(1, request).Should().Be(ReplyKind.Unknown);

        request.IsOutstanding.Should().BeTrue();
        client.Answer(0, request).Should().Be(ReplyKind.Awaited);
    }

    [Fact]
    public void A_rejection_by_a_server_that_was_never_sent_the_request_is_garbage()
    {
        var client = CoreDriver.Following();
        var request = client.Submit();

        client.Reject(1, request).Should().BeFalse();

        request.MayHaveBeenExecuted.Should().BeTrue();
    }

    [Fact]
    public void Notices_of_a_server_that_was_never_sent_the_request_are_garbage()
    {
        var client = CoreDriver.FollowingNotices();
        var request = client.Submit();

        client.Receive(1, request).Should().BeFalse();
        client.Fail(1, request).Should().BeFalse();

        request.IsOutstanding.Should().BeTrue();
        client.Core.Current.Should().Be(0);
    }

    [Fact]
    public void Whoever_knows_the_number_of_a_request_but_not_its_nonce_is_not_believed()
    {
        var client = CoreDriver.FollowingNotices();
        var request = client.Submit();
        var guessed = request.Key with { Nonce = request.Key.Nonce + 1 };

        client.Core.Answer(0, guessed, askedForReceipt: false, TimeSpan.Zero, out _).Should().Be(ReplyKind.Unknown);
        client.Core.Rejected(0, guessed, TimeSpan.Zero).Should().BeFalse();
        client.Core.Received(0, guessed, TimeSpan.Zero).Should().BeFalse();
        client.Core.Failed(0, guessed, TimeSpan.Zero).Should().BeFalse();

        request.IsOutstanding.Should().BeTrue();
        request.MayHaveBeenExecuted.Should().BeTrue();
    }

    [Fact]
    public void The_second_server_is_believed_as_well_once_it_was_sent_the_request()
    {
        var client = CoreDriver.FollowingNotices();
        var request = client.Submit();
        client.Down(0);
        client.Answer(1, request).Should().Be(ReplyKind.Awaited);
    }

    [Fact]
    public void Nonces_do_not_repeat_and_an_id_says_nothing_about_the_next()
    {
        var nonces = new RequestNonces();
        var drawn = Enumerable.Range(0, 2000).Select(_ => nonces.Next()).ToList();

        drawn.Should().OnlyHaveUniqueItems();
        drawn.Zip(drawn.Skip(1), (a, b) => unchecked(b - a)).Should().OnlyHaveUniqueItems();
        new RequestNonces().Next().Should().NotBe(drawn[0]);
    }
}
