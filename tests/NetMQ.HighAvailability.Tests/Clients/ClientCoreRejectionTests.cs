using NetMQ.HighAvailability.Clients;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>What the core does when a server reports that it dropped a request.</summary>
public sealed class ClientCoreRejectionTests
{
    [Fact]
    public void A_server_that_hands_over_is_left_at_once_and_the_request_asked_of_the_other()
    {
        var client = CoreDriver.Following();
        var request = client.Submit();
        client.Forget();

        client.Reject(0, request).Should().BeTrue();

        client.Core.Current.Should().Be(1);
        client.Sent.Should().Equal((1, request.Number, client.Now));
        client.Abandoned.Should().Equal(new ServerAbandoned(0, 1, ServerChangeReason.NotActive));
        client.Answer(1, request);
        client.Changes.Last().Should().Be(new ServerChange(0, 1, ServerChangeReason.NotActive, TimeSpan.Zero));
    }

    [Fact]
    public void Where_both_reject_they_are_asked_in_turns_at_the_probe_interval()
    {
        var client = CoreDriver.Following();
        var request = client.Submit();
        client.Forget();
        client.Reject(0, request);
        for (var i = 0; i < 10; i++)
        {
            client.Reject(client.Core.Current, request);
            client.Pass(CoreDriver.Probe);
        }

        client.Sent.Select(sent => sent.Server).Should().Equal(1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1);
        client.Sent.Select(sent => sent.At).Should().Equal(Enumerable.Range(0, 11).Select(i => i * CoreDriver.Probe));
    }

    [Fact]
    public void A_server_that_goes_on_rejecting_is_asked_fifty_times_fast_and_then_ever_more_slowly()
    {
        var client = CoreDriver.Following();
        client.Down(1);
        var request = client.Submit();
        client.Forget();
        client.Reject(0, request);
        client.Pass(3_000, () =>
        {
            if (client.Sent.Count > 0 && client.Sent[^1].At == client.Now) client.Reject(0, request);
        });

        var gaps = client.Sent.Zip(client.Sent.Skip(1), (a, b) => b.At - a.At).ToList();
        gaps.Take(49).Should().AllBeEquivalentTo(CoreDriver.Probe);
        gaps.Should().BeInAscendingOrder();
        gaps[^1].Should().Be(125 * CoreDriver.Probe);
    }

    [Fact]
    public void With_the_other_down_the_one_that_rejects_is_asked_again()
    {
        var client = CoreDriver.Following();
        client.Down(1);
        var request = client.Submit();
        client.Reject(0, request);
        client.Forget();
        client.Pass(CoreDriver.Probe);
        client.Sent.Should().Equal((0, request.Number, client.Now));

        client.Answer(0, request);
        client.Core.IsFollowing.Should().BeTrue();
    }

    [Fact]
    public void A_request_to_be_sent_once_is_sent_again_where_it_was_surely_not_executed()
    {
        var client = CoreDriver.Following();
        var request = client.Submit(DeliveryGuarantee.AtMostOnce);
        client.Forget();
        client.Reject(0, request);
        client.Sent.Should().Equal((1, request.Number, client.Now));
        client.Failed.Should().BeEmpty();
    }

    [Fact]
    public void What_was_accepted_before_the_hand_over_may_be_answered_after_it()
    {
        var client = CoreDriver.Following();
        var accepted = client.Submit(DeliveryGuarantee.AtMostOnce);
        var rejected = client.Submit();
        client.Reject(0, rejected);
        client.Answer(1, rejected);

        client.Answer(0, accepted).Should().Be(ReplyKind.Awaited);

        client.Core.Current.Should().Be(1);
        client.Core.IsFollowing.Should().BeTrue();
        client.Failed.Should().BeEmpty();
    }

    [Fact]
    public void An_answer_from_before_the_hand_over_is_no_reason_to_return()
    {
        var client = CoreDriver.Following();
        var accepted = client.Submit();
        var rejected = client.Submit();
        client.Reject(0, rejected);

        client.Answer(0, accepted).Should().Be(ReplyKind.Awaited);

        client.Core.Current.Should().Be(1);
        client.Core.IsFollowing.Should().BeFalse();
    }

    [Fact]
    public void What_was_sent_for_good_to_the_one_that_handed_over_is_unknown_when_that_dies()
    {
        var client = CoreDriver.Following();
        var accepted = client.Submit(DeliveryGuarantee.AtMostOnce);
        var rejected = client.Submit(DeliveryGuarantee.AtMostOnce);
        client.Reject(0, rejected);
        client.Answer(1, rejected);

        client.Down(0);

        client.Failed.Should().Equal((accepted.Number, RequestFailure.OutcomeUnknown));
    }

    [Fact]
    public void A_rejection_that_comes_late_means_nothing_to_the_present_stay()
    {
        var client = CoreDriver.Following();
        var request = client.Submit();
        client.Reject(0, request);
        client.Pass(CoreDriver.Probe);
        client.Core.Current.Should().Be(1);
        client.Forget();

        client.Reject(0, request).Should().BeTrue();

        client.Core.Current.Should().Be(1);
        client.Pass(CoreDriver.Probe - 1);
        client.Sent.Should().BeEmpty();
    }

    [Fact]
    public void A_request_that_was_rejected_each_time_has_not_been_executed()
    {
        var client = CoreDriver.Following();
        var request = client.Submit();
        client.Reject(0, request);
        client.Reject(1, request);
        request.MayHaveBeenExecuted.Should().BeFalse();

        client.Pass(CoreDriver.Probe);
        request.MayHaveBeenExecuted.Should().BeTrue();
    }

    [Fact]
    public void A_request_to_be_sent_once_is_sent_to_the_other_though_its_rejection_comes_after_the_other_was_found()
    {
        var client = CoreDriver.Following();
        var (first, second) = (client.Submit(DeliveryGuarantee.AtMostOnce), client.Submit(DeliveryGuarantee.AtMostOnce));
        client.Reject(0, first);
        client.Answer(1, first);
        client.Forget();

        client.Reject(0, second);

        client.Sent.Should().Equal((1, second.Number, client.Now));
    }

    [Fact]
    public void A_request_to_be_sent_once_is_sent_again_though_its_rejection_comes_in_a_later_stay()
    {
        var client = CoreDriver.Following();
        var (first, second) = (client.Submit(DeliveryGuarantee.AtMostOnce), client.Submit(DeliveryGuarantee.AtMostOnce));
        client.Reject(0, first);
        client.Reject(1, first);
        client.Pass(CoreDriver.Probe);
        client.Answer(0, first); // active again
        client.Forget();

        client.Reject(0, second).Should().BeTrue();

        client.Core.Current.Should().Be(0);
        client.Sent.Should().Equal((0, second.Number, client.Now));
    }

    [Fact]
    public void A_rejection_that_is_received_twice_counts_once()
    {
        var client = CoreDriver.Following(servers: 1);
        var request = client.Submit();
        client.Reject(0, request);
        client.Reject(0, request);
        client.Reject(0, request);
        request.MayHaveBeenExecuted.Should().BeFalse();

        client.Pass(CoreDriver.Probe);
        request.MayHaveBeenExecuted.Should().BeTrue();
    }

    [Fact]
    public void What_surely_was_not_executed_is_not_in_doubt_any_more()
    {
        var client = CoreDriver.Following();
        client.Down(0);
        client.Submit();
        var once = client.Submit(DeliveryGuarantee.AtMostOnce);
        var third = client.Submit();
        client.Pass(2 * CoreDriver.Probe);
        client.Up(0);
        client.Answer(1, third); // so that it has most likely rejected the one before
        client.Reject(1, once);
        client.Receive(0, once);

        client.Pass(5 * CoreDriver.Silence, () =>
        {
            if (client.Now % 100 == 0) client.Answer(0, client.Submit());
        });

        client.Failed.Should().BeEmpty("the other server has had it only since, and may take long");
        client.Answer(0, once).Should().Be(ReplyKind.Awaited);
    }

    [Fact]
    public void What_a_server_rejected_in_an_earlier_stay_is_no_reason_not_to_return_to_it()
    {
        var client = CoreDriver.Following();
        var request = client.Submit();
        client.Reject(0, request);
        client.Reject(1, request);
        client.Pass(CoreDriver.Settle);
        client.Core.Current.Should().Be(1, "the first is silent this time");

        client.Answer(0, request).Should().Be(ReplyKind.Awaited);

        client.Core.Current.Should().Be(0);
        client.Core.IsFollowing.Should().BeTrue();
    }

    [Fact]
    public void The_very_first_request_may_be_rejected()
    {
        var client = new CoreDriver();
        client.Up(0);
        client.Up(1);
        var request = client.Submit();

        client.Reject(0, request).Should().BeTrue();

        request.MayHaveBeenExecuted.Should().BeFalse();
        client.Core.Current.Should().Be(1);
    }

    [Fact]
    public void The_rejection_of_a_request_that_has_ended_is_not_garbage()
    {
        var client = CoreDriver.Following();
        var request = client.Submit();
        client.Withdraw(request);

        client.Reject(0, request).Should().BeTrue();
    }

    [Fact]
    public void Numbers_that_were_never_given_are_garbage()
    {
        var client = CoreDriver.Following();
        client.Reject(0, 99).Should().BeFalse();
        client.Reject(0, 0).Should().BeFalse();
    }
}
