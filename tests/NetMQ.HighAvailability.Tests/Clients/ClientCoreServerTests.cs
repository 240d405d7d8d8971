using NetMQ.HighAvailability.Clients;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>Which server the core uses, and when it leaves one.</summary>
public sealed class ClientCoreServerTests
{
    [Fact]
    public void It_starts_with_the_first_server_and_waits_for_it_to_connect()
    {
        var client = new CoreDriver();
        client.Submit();
        client.Up(1);
        client.Sent.Should().BeEmpty();

        client.Up(0);
        client.Sent.Should().Equal((0, 1, 0));
    }

    [Fact]
    public void It_starts_with_the_second_server_if_the_first_refuses()
    {
        var client = new CoreDriver();
        client.Submit();
        client.Down(0);
        client.Sent.Should().BeEmpty();

        client.Up(1);
        client.Sent.Should().Equal((1, 1, 0));
    }

    [Fact]
    public void With_none_up_yet_it_starts_with_whichever_comes()
    {
        var client = new CoreDriver();
        client.Submit();
        client.Down(0);
        client.Down(1);
        client.Pass(10_000);
        client.Sent.Should().BeEmpty();

        client.Up(0);
        client.Sent.Should().Equal((0, 1, 10_000));
    }

    [Fact]
    public void A_first_server_that_can_neither_be_reached_nor_refuses_is_given_up_after_the_server_timeout()
    {
        var client = new CoreDriver();
        client.Up(1);
        client.Submit();
        client.Pass(CoreDriver.Settle - 1);
        client.Sent.Should().BeEmpty();

        client.Pass(1);
        client.Sent.Should().Equal((1, 1, CoreDriver.Settle));
    }

    [Fact]
    public void A_lost_connection_makes_it_turn_to_the_other_server_at_once()
    {
        var client = CoreDriver.Following();
        var request = client.Submit();
        client.Forget();
        client.Down(0);

        client.Core.Current.Should().Be(1);
        client.Numbers.Should().Equal(request.Number);
    }

    [Fact]
    public void A_lost_connection_without_requests_costs_no_vote()
    {
        var client = CoreDriver.Following();
        client.Down(0);
        client.Pass(10_000);
        client.Sent.Should().BeEmpty();
        client.Core.Current.Should().Be(1);
    }

    [Fact]
    public void With_the_other_server_down_it_waits_for_the_lost_one_or_for_the_other()
    {
        var client = CoreDriver.Following();
        client.Down(1);
        client.Submit();
        client.Down(0);
        client.Forget();
        client.Pass(5_000);
        client.Sent.Should().BeEmpty();

        client.Up(1);
        client.Sent.Should().ContainSingle().Which.Server.Should().Be(1);
    }

    [Fact]
    public void A_silent_server_is_left_after_the_server_timeout()
    {
        var client = CoreDriver.Following();
        client.Pass(60_000);
        client.Submit();
        client.Pass(CoreDriver.Silence - 1);
        client.Core.Current.Should().Be(0);

        client.Pass(1);
        client.Core.Current.Should().Be(1);
        client.Abandoned.Should().Equal(new ServerAbandoned(0, 1, ServerChangeReason.Silent));
    }

    [Fact]
    public void A_server_that_is_owed_nothing_may_be_silent()
    {
        var client = CoreDriver.Following();
        client.Pass(600_000);
        client.Core.Current.Should().Be(0);
        client.Core.IsFollowing.Should().BeTrue();
    }

    [Fact]
    public void Callers_that_are_less_patient_than_the_server_timeout_leave_a_silent_server_as_well()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        for (var i = 0; i < 4; i++)
        {
            client.Core.Current.Should().Be(0);
            var impatient = client.Submit();
            client.Pass(CoreDriver.Silence / 4);
            client.Withdraw(impatient);
            client.Pass(60_000); // nothing is owed meanwhile, and that counts for nothing
        }

        client.Abandoned.Should().Equal(new ServerAbandoned(0, 1, ServerChangeReason.Silent));
    }

    [Fact]
    public void What_was_owed_before_an_answer_counts_no_more()
    {
        var client = CoreDriver.Following();
        for (var i = 0; i < 10; i++)
        {
            var impatient = client.Submit();
            client.Pass(CoreDriver.Silence - 1);
            client.Withdraw(impatient);
            client.Answer(0, client.Submit());
            client.Pass(1_000);
        }

        client.Abandoned.Should().BeEmpty();
    }

    [Fact]
    public void A_server_that_connected_while_nothing_was_owed_has_its_whole_time()
    {
        var client = CoreDriver.Following();
        client.Withdraw(client.Submit());
        client.Pass(10_000);
        client.Down(0);
        client.Up(1);
        client.Pass(10_000);
        var arrived = client.Now;
        client.Submit();
        client.Up(0);

        client.Pass(CoreDriver.Silence - 1);
        client.Core.Current.Should().Be(1);
        client.Pass(1);
        client.Core.Current.Should().Be(0);
        (client.Now - arrived).Should().Be(CoreDriver.Silence);
    }

    [Fact]
    public void Any_answer_keeps_a_slow_server()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        client.Submit();
        for (var i = 0; i < 5; i++)
        {
            var other = client.Submit();
            client.Pass(CoreDriver.Silence - 1);
            client.Answer(0, other);
        }

        client.Core.Current.Should().Be(0);
        client.Abandoned.Should().BeEmpty();
    }

    [Fact]
    public void Answers_that_come_too_late_for_their_callers_keep_it_as_well()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        for (var i = 0; i < 5; i++)
        {
            var impatient = client.Submit();
            client.Submit();
            client.Pass(CoreDriver.Silence - 1);
            client.Withdraw(impatient);
            client.Answer(0, impatient).Should().Be(ReplyKind.Late);
        }

        client.Abandoned.Should().BeEmpty();
    }

    [Fact]
    public void Having_turned_to_a_server_it_stays_for_the_settle_time_however_silent_that_is()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        client.Submit();
        client.Pass(CoreDriver.Silence);
        var arrived = client.Now;
        client.Pass(CoreDriver.Settle - 1);
        client.Core.Current.Should().Be(1);

        client.Pass(1);
        client.Core.Current.Should().Be(0);
        (client.Now - arrived).Should().Be(CoreDriver.Settle);
    }

    [Fact]
    public void A_lost_connection_ends_the_stay()
    {
        var client = CoreDriver.Following();
        client.Submit();
        client.Down(0);
        client.Up(0);
        client.Pass(10);
        client.Core.Current.Should().Be(1);

        client.Down(1);
        client.Core.Current.Should().Be(0);
    }

    [Fact]
    public void A_server_that_comes_back_is_not_returned_to_while_the_other_answers()
    {
        var client = CoreDriver.Following();
        var request = client.Submit();
        client.Down(0);
        client.Answer(1, request);
        client.Up(0);
        client.Pass(10_000);
        client.Answer(1, client.Submit());
        client.Core.Current.Should().Be(1);
    }

    [Fact]
    public void A_slow_server_that_was_left_and_answers_after_all_is_returned_to()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        var slow = client.Submit();
        var another = client.Submit();
        client.Pass(CoreDriver.Silence);
        client.Core.Current.Should().Be(1);
        client.Forget();

        client.Answer(0, slow).Should().Be(ReplyKind.Awaited);
        client.Core.Current.Should().Be(0);
        client.Core.IsFollowing.Should().BeTrue();
        client.Changes.Should().ContainSingle("it is the same server as before").Which.To.Should().Be(0);
        client.Numbers.Should().NotContain(another.Number, "the slow server has it already");
    }

    [Fact]
    public void A_late_answer_of_a_server_that_was_left_is_taken_but_does_not_lead_back_while_the_other_answers()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        var (first, second) = (client.Submit(), client.Submit());
        client.Pass(CoreDriver.Silence);
        client.Answer(1, first);

        client.Answer(0, second).Should().Be(ReplyKind.Awaited);
        client.Core.Current.Should().Be(1);
    }

    [Fact]
    public void The_last_replies_of_a_lost_server_are_taken_but_do_not_lead_back()
    {
        var client = CoreDriver.Following();
        var request = client.Submit();
        client.Down(0);
        client.Answer(0, request).Should().Be(ReplyKind.Awaited);
        client.Core.Current.Should().Be(1);
        client.Core.IsFollowing.Should().BeFalse();
    }

    [Fact]
    public void A_change_of_server_is_reported_with_its_cause_and_the_time_it_took()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        var request = client.Submit();
        client.Down(0);
        client.Pass(12);
        client.Answer(1, request);

        client.Changes.Should().Equal(
            new ServerChange(-1, 0, ServerChangeReason.First, TimeSpan.Zero),
            new ServerChange(0, 1, ServerChangeReason.ConnectionLost, CoreDriver.Ms(12)));
    }

    [Fact]
    public void A_change_for_silence_took_as_long_as_the_silence()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        var request = client.Submit();
        client.Pass(CoreDriver.Silence + 7);
        client.Answer(1, request);

        client.Changes[^1].Should().Be(new ServerChange(0, 1, ServerChangeReason.Silent, CoreDriver.Ms(CoreDriver.Silence + 7)));
    }

    [Fact]
    public void Time_without_requests_does_not_count_as_a_failover()
    {
        var client = CoreDriver.Following();
        client.Down(0);
        client.Pass(60_000);
        var request = client.Submit();
        client.Pass(3);
        client.Answer(1, request);
        client.Changes[^1].Took.Should().Be(CoreDriver.Ms(3));
    }
}
