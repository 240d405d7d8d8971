using NetMQ.HighAvailability.Clients;
using static NetMQ.HighAvailability.DeliveryGuarantee;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>What the core sends, how often, and what it gives up.</summary>
public sealed class ClientCoreSendingTests
{
    [Fact]
    public void Before_the_first_answer_one_request_tries_the_server_and_the_rest_wait()
    {
        var client = new CoreDriver();
        client.Up(0);
        var requests = client.Submit(3);
        client.Numbers.Should().Equal(1);

        client.Answer(0, requests[0]);
        client.Numbers.Should().Equal(1, 2, 3);
    }

    [Fact]
    public void To_a_server_that_answers_everything_goes_at_once()
    {
        var client = CoreDriver.Following();
        var requests = client.Submit(100);
        client.Numbers.Should().Equal(requests.Select(request => request.Number));
    }

    [Fact]
    public void After_a_lost_connection_the_requests_are_tried_in_turn_at_the_probe_interval()
    {
        var client = CoreDriver.Following();
        var requests = client.Submit(4);
        client.Forget();
        client.Down(0);
        client.Pass(3 * CoreDriver.Probe);

        client.Sent.Should().Equal(requests.Select((request, i) => (1, request.Number, i * CoreDriver.Probe)));
    }

    [Fact]
    public void The_answer_brings_what_was_sent_before_and_what_was_not_but_not_what_was_sent_after()
    {
        var client = CoreDriver.Following();
        var requests = client.Submit(6);
        client.Down(0);
        client.Pass(3 * CoreDriver.Probe);
        client.Forget();

        client.Answer(1, requests[2]);

        var again = new[] { requests[0], requests[1], requests[4], requests[5] };
        client.Numbers.Should().Equal(again.Select(request => request.Number));
    }

    [Fact]
    public void A_server_that_is_not_known_to_give_notices_gets_a_lone_request_again_four_times_in_a_server_timeout()
    {
        var client = CoreDriver.Following();
        client.Submit();
        client.Forget();
        client.Down(0);
        client.Pass(CoreDriver.Settle - 1);

        client.Sent.Select(sent => sent.At).Should().Equal(0, 500, 1000, 1500, 2000, 2500);
    }

    [Fact]
    public void A_server_that_went_silent_makes_for_slow_tries_from_the_beginning()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        client.Submit(3);
        client.Forget();
        client.Pass(CoreDriver.Silence + 350);
        client.Sent.Select(sent => sent.At - 10_000 - CoreDriver.Silence).Should().Equal(0, 100, 300);
    }

    [Fact]
    public void New_requests_while_no_server_answers_do_not_hasten_the_tries()
    {
        var client = CoreDriver.Following();
        client.Down(0);
        client.Submit(50);
        client.Sent.Should().ContainSingle();
        client.Pass(CoreDriver.Probe);
        client.Sent.Should().HaveCount(2);
    }

    [Fact]
    public void A_request_that_a_server_dropped_while_it_answered_others_is_sent_again_ever_more_slowly()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        var dropped = client.Submit();
        client.Pass(15_000, () =>
        {
            if (client.Now % 100 == 0) client.Answer(0, client.Submit());
        });

        var at = client.Sent.Where(sent => sent.Number == dropped.Number).Select(sent => sent.At - 10_000).ToList();
        at.Should().HaveCount(4, "at 0, 2, 6 and 14 seconds").And.BeInAscendingOrder();
        at[1].Should().BeInRange(2_000, 2_600);
        at[2].Should().BeInRange(6_000, 6_900);
        client.Core.Resends.Should().Be(3);
        client.Abandoned.Should().BeEmpty();
    }

    [Fact]
    public void A_lone_server_that_is_silent_is_asked_again_once_in_a_server_timeout_and_keeps_its_requests()
    {
        var client = CoreDriver.Following(servers: 1);
        client.Pass(10_000);
        var slow = client.Submit(AtLeastOnce);
        var once = client.Submit(AtMostOnce);
        client.Pass(10_500);

        client.Numbers.Count(number => number == slow.Number).Should().BeInRange(5, 6);
        client.Numbers.Count(number => number == once.Number).Should().Be(1);
        client.Failed.Should().BeEmpty("it was not left");
        client.Answer(0, once).Should().Be(ReplyKind.Awaited);
        client.Core.IsFollowing.Should().BeTrue();
    }

    [Fact]
    public void A_lone_server_gets_everything_again_when_its_connection_is_back()
    {
        var client = CoreDriver.Following(servers: 1);
        var requests = client.Submit(3);
        client.Down(0);
        client.Forget();
        client.Pass(500);
        client.Sent.Should().BeEmpty();

        client.Up(0);
        client.Answer(0, requests[0]);
        client.Numbers.Should().Equal(requests.Select(request => request.Number));
    }

    [Fact]
    public void At_most_once_fails_when_its_server_is_lost_and_is_not_sent_again()
    {
        var client = CoreDriver.Following();
        var once = client.Submit(AtMostOnce);
        var often = client.Submit(AtLeastOnce);
        client.Forget();
        client.Down(0);

        client.Failed.Should().Equal((once.Number, RequestFailure.OutcomeUnknown));
        client.Answer(1, often);
        client.Numbers.Should().Equal(often.Number);
    }

    [Fact]
    public void At_most_once_fails_when_its_server_is_left_for_silence()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        var once = client.Submit(AtMostOnce);
        client.Pass(CoreDriver.Silence);
        client.Failed.Should().Equal((once.Number, RequestFailure.OutcomeUnknown));
        client.Answer(0, once).Should().Be(ReplyKind.Late);
    }

    [Fact]
    public void At_most_once_that_was_never_sent_goes_to_the_next_server()
    {
        var client = CoreDriver.Following();
        client.Down(1);
        client.Down(0);
        var once = client.Submit(AtMostOnce);
        client.Up(1);
        client.Failed.Should().BeEmpty();
        client.Numbers.Should().Equal(once.Number);
    }

    [Fact]
    public void At_most_once_requests_that_tried_a_server_in_vain_fail_a_server_timeout_after_it_has_answered_others()
    {
        var client = CoreDriver.Following();
        client.Down(0);
        var requests = client.Submit(3, AtMostOnce);
        client.Pass(2 * CoreDriver.Probe);
        client.Answer(1, requests[2]);
        client.Forget();
        client.Failed.Should().BeEmpty("they may be on their way");

        client.Pass(CoreDriver.Silence + 500, () =>
        {
            if (client.Now % 100 == 0) client.Answer(1, client.Submit());
        });
        client.Failed.Should().BeEquivalentTo(new[]
        {
            (requests[0].Number, RequestFailure.OutcomeUnknown), (requests[1].Number, RequestFailure.OutcomeUnknown),
        });
        client.Numbers.Should().NotContain(requests.Select(request => request.Number));
    }

    [Fact]
    public void At_most_once_that_a_healthy_server_takes_long_over_is_left_alone()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        var slow = client.Submit(AtMostOnce);
        client.Pass(20_000, () =>
        {
            if (client.Now % 100 == 0) client.Answer(0, client.Submit());
        });
        client.Failed.Should().BeEmpty();
        client.Answer(0, slow).Should().Be(ReplyKind.Awaited);
    }

    [Fact]
    public void A_request_is_given_up_at_its_deadline_wherever_it_is()
    {
        var client = new CoreDriver();
        var unsent = client.Submit();
        client.Pass(100);
        var later = client.Submit();
        client.Pass(CoreDriver.Request - 101);
        client.Failed.Should().BeEmpty();

        client.Pass(1);
        client.Failed.Should().Equal((unsent.Number, RequestFailure.TimedOut));
        unsent.MayHaveBeenExecuted.Should().BeFalse();

        client.Pass(100);
        client.Failed.Should().HaveCount(2);
        client.Core.Outstanding.Should().Be(0);
        later.IsOutstanding.Should().BeFalse();
    }

    [Fact]
    public void A_withdrawn_request_is_not_sent_and_its_reply_is_late()
    {
        var client = CoreDriver.Following();
        client.Down(0);
        var requests = client.Submit(3);
        client.Withdraw(requests[1]);
        client.Answer(1, requests[0]);

        client.Numbers.Should().Equal(requests[0].Number, requests[2].Number);
        client.Answer(1, requests[1]).Should().Be(ReplyKind.Late);
        client.Core.Outstanding.Should().Be(1);
        client.Withdraw(requests[1]);
        client.Core.Outstanding.Should().Be(1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_request_that_is_withdrawn_before_the_socket_takes_it_is_not_sent_and_all_others_are(int withdrawn)
    {
        var client = CoreDriver.Following();
        client.IsBlocked = true;
        var requests = client.Submit(3);
        client.Withdraw(requests[withdrawn]);

        client.IsBlocked = false;
        client.Pass(1);
        client.Numbers.Should().Equal(requests.Where((_, i) => i != withdrawn).Select(request => request.Number));
    }

    [Fact]
    public void Replies_are_distinguished_by_their_number()
    {
        var client = CoreDriver.Following();
        var request = client.Submit();
        client.Answer(0, request.Number + 1).Should().Be(ReplyKind.Unknown);
        client.Answer(0, 0).Should().Be(ReplyKind.Unknown);
        client.Answer(0, -1).Should().Be(ReplyKind.Unknown);
        client.Answer(0, request).Should().Be(ReplyKind.Awaited);
        client.Answer(0, request).Should().Be(ReplyKind.Late);
    }

    [Fact]
    public void The_clock_is_looked_at_often_only_while_a_server_is_sought()
    {
        var client = CoreDriver.Following();
        client.Core.NextTimeout(CoreDriver.Ms(client.Now)).Should().Be(CoreDriver.Ms(1000), "nothing is outstanding");
        client.Submit();
        client.Core.NextTimeout(CoreDriver.Ms(client.Now)).Should().Be(CoreDriver.Ms(100));
        client.Down(0);
        client.Core.NextTimeout(CoreDriver.Ms(client.Now)).Should().Be(CoreDriver.Ms(CoreDriver.Probe));
    }
}
