using NetMQ.HighAvailability.Clients;
using static NetMQ.HighAvailability.DeliveryGuarantee;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>How often the core sends a request to servers that send notices, and to those that do not.</summary>
public sealed class ClientCoreNoticesTests
{
    [Fact]
    public void Receipts_are_asked_for_while_a_server_is_sought_and_not_while_one_is_followed()
    {
        var client = new CoreDriver();
        client.Core.AsksForReceipt.Should().BeTrue();
        client.Up(0);
        client.Receive(0, client.Submit());
        client.Core.AsksForReceipt.Should().BeFalse();

        client.Down(0);
        client.Core.AsksForReceipt.Should().BeTrue();
    }

    [Fact]
    public void A_receipt_finds_the_server_and_what_it_has_is_not_sent_again()
    {
        var client = CoreDriver.FollowingNotices();
        var requests = client.Submit(3);
        client.Down(0);
        client.Forget();

        client.Receive(1, requests[0]).Should().BeTrue();
        client.Pass(CoreDriver.Silence - 1);

        client.Core.IsFollowing.Should().BeTrue();
        client.Changes.Last().Should().Be(new ServerChange(0, 1, ServerChangeReason.ConnectionLost, TimeSpan.Zero));
        client.Numbers.Should().Equal(requests[1].Number, requests[2].Number);
    }

    [Fact]
    public void A_receipt_is_a_sign_of_life()
    {
        var client = CoreDriver.FollowingNotices();
        client.Pass(10_000);
        var request = client.Submit();
        client.Pass(CoreDriver.Silence - 1);
        client.Receive(0, request);

        client.Pass(CoreDriver.Silence - 1);
        client.Core.Current.Should().Be(0);
        client.Pass(1);
        client.Core.Current.Should().Be(1);
    }

    [Fact]
    public void The_other_half_of_a_pair_whose_one_half_gives_notices_gets_a_lone_request_once_until_it_was_asked_in_vain()
    {
        var client = CoreDriver.FollowingNotices();
        var request = client.Submit();
        client.Forget();
        client.Down(0);

        client.Pass(CoreDriver.Silence - 1);
        client.Sent.Should().Equal((1, request.Number, 0));

        client.Pass(1 + CoreDriver.Silence);
        client.Sent.Skip(1).Select(sent => sent.At - CoreDriver.Silence).Should().Equal(0, 500, 1000, 1500, 2000);
    }

    [Fact]
    public void A_server_that_has_given_notices_over_this_connection_gets_a_request_again_only_after_a_server_timeout_and_ever_more_slowly()
    {
        var client = CoreDriver.FollowingNotices(servers: 1);
        client.Pass(10_000);
        client.Submit();
        client.Pass(15_000);

        var at = client.Sent.Select(sent => sent.At - 10_000).ToList();
        at.Should().HaveCount(4, "at 0, 2, 6 and 14 seconds");
        at[1].Should().BeInRange(2_000, 2_300);
        at[2].Should().BeInRange(6_000, 6_900);
    }

    [Fact]
    public void After_a_rejection_the_request_is_sent_there_again_at_the_probe_interval_and_only_then()
    {
        var client = CoreDriver.FollowingNotices();
        var request = client.Submit();
        client.Forget();
        client.Down(0);
        client.Pass(10);
        client.Sent.Should().ContainSingle();

        client.Reject(1, request);
        client.Pass(10);

        client.Sent.Should().Equal((1, request.Number, 0), (1, request.Number, 10));
    }

    [Fact]
    public void A_reply_without_the_receipt_that_was_asked_for_shows_that_the_server_gives_no_notices()
    {
        var client = CoreDriver.FollowingNotices();
        var request = client.Submit();
        client.Down(0);
        client.Answer(1, request);
        client.Up(0);
        client.Down(1);
        client.Answer(0, client.Submit());
        client.Up(1);
        client.Down(0);
        client.Forget();

        client.Submit();
        client.Pass(CoreDriver.Silence);

        client.Sent.Select(sent => sent.At).Should().Equal(0, 500, 1000, 1500, 2000);
    }

    [Fact]
    public void A_reply_to_a_copy_that_asked_for_no_receipt_shows_nothing()
    {
        var client = CoreDriver.FollowingNotices();
        client.Answer(0, client.Submit());
        client.Down(0);
        client.Forget();
        client.Submit();
        client.Pass(CoreDriver.Silence - 1);

        client.Sent.Should().ContainSingle();
    }

    [Fact]
    public void What_was_accepted_before_the_hand_over_is_not_sent_to_the_other_while_it_may_be_answered()
    {
        var client = CoreDriver.FollowingNotices();
        var (accepted, rejected) = (client.Submit(), client.Submit());
        client.Forget();
        client.Reject(0, rejected);
        client.Receive(1, rejected);
        client.Pass(CoreDriver.Silence - 1);

        client.Numbers.Should().Equal(rejected.Number);
        client.Answer(0, accepted).Should().Be(ReplyKind.Awaited);
    }

    [Fact]
    public void What_was_sent_before_the_hand_over_goes_to_the_other_when_its_server_rejects_it_after_all()
    {
        var client = CoreDriver.FollowingNotices();
        var (first, second) = (client.Submit(), client.Submit());
        client.Forget();
        client.Reject(0, first);
        client.Receive(1, first);

        client.Reject(0, second);

        client.Sent.Should().Equal((1, first.Number, 0), (1, second.Number, 0));
    }

    [Fact]
    public void What_was_accepted_before_the_hand_over_goes_to_the_other_when_its_server_is_lost()
    {
        var client = CoreDriver.FollowingNotices();
        var (accepted, rejected) = (client.Submit(), client.Submit());
        client.Reject(0, rejected);
        client.Receive(1, rejected);
        client.Forget();

        client.Down(0);

        client.Numbers.Should().Equal(accepted.Number);
    }

    [Fact]
    public void What_was_accepted_before_the_hand_over_goes_to_the_other_when_it_has_waited_for_a_server_timeout()
    {
        var client = CoreDriver.FollowingNotices();
        client.Pass(10_000);
        var (accepted, rejected) = (client.Submit(), client.Submit());
        client.Pass(1_000);
        client.Reject(0, rejected);
        client.Receive(1, rejected);
        client.Forget();

        client.Pass(CoreDriver.Silence - 1);
        client.Sent.Should().BeEmpty();
        client.Answer(1, rejected);
        client.Pass(500);
        client.Numbers.Should().Equal(accepted.Number);
    }

    [Fact]
    public void What_a_silent_server_has_goes_to_the_other_at_once()
    {
        var client = CoreDriver.FollowingNotices();
        client.Pass(10_000);
        var request = client.Submit();
        client.Forget();
        client.Pass(CoreDriver.Silence);

        client.Sent.Should().Equal((1, request.Number, client.Now));
    }

    [Fact]
    public void A_slow_server_gets_its_request_once_however_often_its_passive_peer_rejects_it()
    {
        var client = CoreDriver.FollowingNotices();
        client.Pass(10_000);
        var slow = client.Submit();
        client.Pass(5_000, () =>
        {
            if (client.Core.Current == 1 && client.Sent[^1].Server == 1 && client.Sent[^1].At == client.Now) client.Reject(1, slow);
        });

        client.Sent.Count(sent => sent.Server == 0).Should().BeLessThanOrEqualTo(2, "it may be sent again once, after the server timeout");
        client.Answer(0, slow).Should().Be(ReplyKind.Awaited);
    }

    [Fact]
    public void A_server_that_rejected_one_request_and_received_a_later_one_is_found()
    {
        var client = CoreDriver.FollowingNotices();
        var (first, second) = (client.Submit(), client.Submit());
        client.Down(0);
        client.Up(0);
        client.Pass(CoreDriver.Probe);
        client.Reject(1, first);
        client.Core.Current.Should().Be(0);

        client.Receive(1, second);

        client.Core.Current.Should().Be(1);
        client.Core.IsFollowing.Should().BeTrue();
    }

    [Fact]
    public void A_request_in_a_long_queue_is_not_sent_again_while_those_before_it_are_answered()
    {
        var client = CoreDriver.FollowingNotices();
        var requests = client.Submit(64);
        foreach (var request in requests)
        {
            client.Pass(100);
            client.Answer(0, request);
        }

        client.Sent.Should().HaveCount(64);
    }

    [Fact]
    public void A_failure_ends_the_request_and_it_is_sent_nowhere_else()
    {
        var client = CoreDriver.FollowingNotices();
        var request = client.Submit();
        client.Forget();

        client.Fail(0, request).Should().BeTrue();

        client.Failed.Should().Equal((request.Number, RequestFailure.FailedAtServer));
        request.IsOutstanding.Should().BeFalse();
        client.Core.IsFollowing.Should().BeTrue();
        client.Down(0);
        client.Pass(1000);
        client.Sent.Should().BeEmpty();
    }

    [Fact]
    public void A_failure_finds_a_server_that_is_sought()
    {
        var client = CoreDriver.FollowingNotices();
        var (first, second) = (client.Submit(), client.Submit());
        client.Down(0);
        client.Forget();

        client.Fail(1, first);

        client.Core.IsFollowing.Should().BeTrue();
        client.Numbers.Should().Equal(second.Number);
        client.Fail(1, first).Should().BeTrue("it is no garbage, though it comes twice");
    }

    [Fact]
    public void At_most_once_is_sent_to_the_other_only_after_a_rejection()
    {
        var client = CoreDriver.FollowingNotices();
        var (accepted, rejected) = (client.Submit(AtMostOnce), client.Submit(AtMostOnce));
        client.Forget();
        client.Reject(0, rejected);
        client.Receive(1, rejected);
        client.Numbers.Should().Equal(rejected.Number);

        client.Down(1);
        client.Failed.Should().Equal((rejected.Number, RequestFailure.OutcomeUnknown));
        client.Answer(0, accepted).Should().Be(ReplyKind.Awaited, "its server was not lost");
    }
}
