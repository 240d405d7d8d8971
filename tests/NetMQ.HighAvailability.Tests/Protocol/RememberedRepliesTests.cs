using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Protocol;

public class RememberedRepliesTests
{
    private readonly Guid[] ids = [.. Enumerable.Range(0, 5).Select(_ => Guid.NewGuid())];

    [Fact]
    public void An_unknown_request_is_new() => New().TryFind(ids[0], out _, out _).Should().BeFalse();

    [Fact]
    public void A_request_in_progress_is_found()
    {
        var replies = New();
        replies.Begin(ids[0], "request");

        replies.TryFind(ids[0], out var inProgress, out var reply).Should().BeTrue();

        inProgress.Should().Be("request");
        reply.Should().BeNull();
    }

    [Fact]
    public void A_reply_is_found_after_it()
    {
        var replies = New();
        Answer(replies, 0, 10);

        replies.TryFind(ids[0], out var inProgress, out var reply).Should().BeTrue();

        inProgress.Should().BeNull();
        reply.Should().Be("reply 0");
    }

    [Fact]
    public void A_request_that_failed_is_new_again()
    {
        var replies = New();
        replies.Begin(ids[0], "request");

        replies.Forget(ids[0]);

        replies.TryFind(ids[0], out _, out _).Should().BeFalse();
    }

    [Fact]
    public void The_oldest_reply_is_forgotten_when_there_are_too_many()
    {
        var replies = New(most: 2);
        for (var i = 0; i < 3; i++) Answer(replies, i, 10);

        Known(replies).Should().Equal(false, true, true, false, false);
        replies.Bytes.Should().Be(20);
    }

    [Fact]
    public void The_oldest_replies_are_forgotten_when_they_are_too_large_together()
    {
        var replies = New(bytes: 100);
        Answer(replies, 0, 40);
        Answer(replies, 1, 40);
        Answer(replies, 2, 90);

        Known(replies).Should().Equal(false, false, true, false, false);
        replies.Bytes.Should().Be(90);
    }

    [Fact]
    public void A_reply_that_is_too_large_alone_is_not_remembered_and_displaces_none()
    {
        var replies = New(bytes: 100);
        Answer(replies, 0, 100);
        Answer(replies, 1, 101);

        Known(replies).Should().Equal(true, false, false, false, false);
    }

    [Fact]
    public void Requests_in_progress_are_not_displaced()
    {
        var replies = New(most: 1);
        replies.Begin(ids[0], "request");
        for (var i = 1; i < 4; i++) Answer(replies, i, 10);

        Known(replies).Should().Equal(true, false, false, true, false);
    }

    private static RememberedReplies<string, string> New(int most = 10, long bytes = 1_000) => new(most, bytes);

    private void Answer(RememberedReplies<string, string> replies, int which, long bytes)
    {
        replies.Begin(ids[which], "request");
        replies.Answered(ids[which], $"reply {which}", bytes);
    }

    private IEnumerable<bool> Known(RememberedReplies<string, string> replies) => ids.Select(id => replies.TryFind(id, out _, out _));
}
