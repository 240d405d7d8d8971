using NetMQ.HighAvailability.Clients;
using static NetMQ.HighAvailability.DeliveryGuarantee;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>How the core looks for the server that answers: for how long, how often, and what counts as found.</summary>
public sealed class ClientCoreSeekingTests
{
    [Fact]
    public void Where_the_settle_time_is_shorter_a_server_that_was_turned_to_may_be_silent_for_the_server_timeout()
    {
        var client = CoreDriver.Following(settle: 100);
        client.Pass(10_000);
        client.Submit();
        client.Pass(CoreDriver.Silence);

        client.Pass(CoreDriver.Silence - 1);
        client.Core.Current.Should().Be(1);
        client.Pass(1);
        client.Core.Current.Should().Be(0);
    }

    [Theory]
    [InlineData(CoreDriver.Settle, CoreDriver.Settle)]
    [InlineData(100, CoreDriver.Silence)]
    public void A_server_that_was_returned_to_is_given_as_long_as_one_that_was_turned_to(int settle, int stay)
    {
        var client = CoreDriver.Following(settle: settle);
        client.Pass(10_000);
        var slow = client.Submit();
        client.Submit();
        client.Pass(CoreDriver.Silence + 50);
        client.Answer(0, slow);

        client.Pass(stay - 1);
        client.Core.Current.Should().Be(0);
        client.Pass(1);
        client.Core.Current.Should().Be(1);
    }

    [Fact]
    public void A_server_that_was_left_is_not_returned_to_for_an_answer_that_nobody_awaits_any_more()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        var withdrawn = client.Submit();
        client.Submit();
        client.Pass(CoreDriver.Silence);
        client.Withdraw(withdrawn);

        client.Answer(0, withdrawn).Should().Be(ReplyKind.Late);

        client.Core.Current.Should().Be(1);
        client.Core.IsFollowing.Should().BeFalse();
    }

    [Fact]
    public void A_silent_server_without_another_is_asked_at_even_intervals_until_another_comes()
    {
        var client = CoreDriver.Following();
        client.Down(1);
        client.Pass(10_000);
        var request = client.Submit();
        client.Pass(10_500);
        client.Sent.Select(sent => sent.At).Should().Equal(10_000, 12_000, 14_000, 16_000, 18_000, 20_000);
        client.Abandoned.Should().BeEmpty();

        client.Up(1);
        client.Pass(1);
        client.Answer(1, request);

        client.Abandoned.Should().Equal(new ServerAbandoned(0, 1, ServerChangeReason.Silent));
        client.Changes[^1].Should().Be(new ServerChange(0, 1, ServerChangeReason.Silent, CoreDriver.Ms(10_501)), "it counts from the last sign of the first");
    }

    [Fact]
    public void Another_server_that_comes_is_turned_to_when_the_silent_one_has_had_its_time_to_answer_the_second_try()
    {
        var client = CoreDriver.Following();
        client.Down(1);
        client.Pass(10_000);
        client.Submit();
        client.Pass(CoreDriver.Silence);
        client.Up(1);

        client.Pass(CoreDriver.Settle - 1);
        client.Core.Current.Should().Be(0);
        client.Pass(1);
        client.Core.Current.Should().Be(1);
    }

    [Fact]
    public void While_a_server_is_sought_no_request_is_tried_twice_before_each_was_tried()
    {
        var client = CoreDriver.Following(servers: 1);
        client.Pass(10_000);
        var numbers = client.Submit(6).Select(request => request.Number).ToList();
        client.Pass(CoreDriver.Silence - 1);
        client.Forget();
        client.Pass(8 * CoreDriver.Silence);

        client.Numbers.Should().Equal(numbers.Concat(numbers).Take(8));
    }

    [Fact]
    public void Without_a_connection_the_clock_is_looked_at_at_its_usual_pace()
    {
        var client = new CoreDriver();
        client.Submit();
        client.Pass(5);

        client.NextTimeout.Should().Be(100);
    }

    [Fact]
    public void The_clock_is_looked_at_when_the_next_try_is_due_but_not_less_often_than_usual()
    {
        var client = new CoreDriver();
        client.Up(0);
        client.Submit(4);
        client.Pass(30);
        client.NextTimeout.Should().Be(70, "the second try is due at 100 ms");

        client.Pass(70);
        client.NextTimeout.Should().Be(100, "the third is due at 300 ms");
        client.Pass(150);
        client.NextTimeout.Should().Be(50);
    }

    [Fact]
    public void A_try_that_the_socket_does_not_take_is_made_again_after_the_probe_interval()
    {
        var client = CoreDriver.Following();
        client.Submit();
        client.Forget();
        client.IsBlocked = true;
        client.Down(0);
        client.NextTimeout.Should().Be(CoreDriver.Probe);
        client.Pass(100);
        client.Sent.Should().BeEmpty();
        client.NextTimeout.Should().Be(CoreDriver.Probe);

        client.IsBlocked = false;
        client.Pass(1);
        client.Sent.Should().Equal((1, 2, 101));
    }

    [Fact]
    public void With_nothing_that_may_be_sent_again_there_is_no_hurry()
    {
        var client = CoreDriver.Following(servers: 1);
        client.Pass(10_000);
        var once = client.Submit(AtMostOnce);
        client.Pass(CoreDriver.Silence + 5);
        client.Core.IsFollowing.Should().BeFalse();
        client.Numbers.Should().Equal(once.Number);

        client.NextTimeout.Should().Be(100);
    }

    [Fact]
    public void At_its_end_the_client_gives_up_everything_in_the_order_in_which_it_came()
    {
        var client = CoreDriver.Following();
        var requests = client.Submit(3);

        for (var i = 0; i < 3; i++) client.Core.WithdrawNext().Should().BeSameAs(requests[i]);
        client.Core.WithdrawNext().Should().BeNull();
        client.Core.Outstanding.Should().Be(0);
    }
}
