using NetMQ.HighAvailability.Clients;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>What the core makes of connections that come and go.</summary>
public sealed class ClientCoreConnectionTests
{
    [Fact]
    public void Requests_from_before_the_connection_are_tried_in_their_order_and_slowly()
    {
        var client = new CoreDriver();
        client.Submit(3);
        client.Up(0);
        client.Pass(300);

        client.Sent.Should().Equal((0, 1, 0), (0, 2, 100), (0, 3, 300));
    }

    [Fact]
    public void Where_no_server_has_answered_yet_the_first_that_connects_is_asked_slowly()
    {
        var client = new CoreDriver();
        client.Down(0);
        client.Down(1);
        client.Submit(3);
        client.Up(1);
        client.Pass(300);

        client.Sent.Should().Equal((1, 1, 0), (1, 2, 100), (1, 3, 300));
    }

    [Fact]
    public void A_server_that_connects_late_has_its_settle_time_from_then_on()
    {
        var client = new CoreDriver();
        client.Up(1);
        client.Submit();
        client.Pass(CoreDriver.Settle - 100);
        client.Up(0);

        client.Pass(CoreDriver.Settle - 1);
        client.Core.Current.Should().Be(0);
        client.Pass(1);
        client.Core.Current.Should().Be(1);
    }

    [Fact]
    public void A_server_that_connects_late_may_be_silent_for_the_server_timeout_where_the_settle_time_is_shorter()
    {
        var client = new CoreDriver(settle: 100);
        client.Up(1);
        client.Submit();
        client.Pass(CoreDriver.Silence - 100);
        client.Up(0);

        client.Pass(CoreDriver.Silence - 1);
        client.Core.Current.Should().Be(0);
        client.Pass(1);
        client.Core.Current.Should().Be(1);
    }

    [Fact]
    public void A_second_report_that_a_connection_is_up_does_not_put_off_the_end_of_a_silent_server()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        client.Submit();
        client.Pass(1000);
        client.Up(0);

        client.Pass(CoreDriver.Silence - 1000);
        client.Core.Current.Should().Be(1);
    }

    [Fact]
    public void A_new_connection_to_a_server_that_is_sought_is_asked_at_once_even_if_the_loss_of_the_old_was_not_seen()
    {
        var client = new CoreDriver(servers: 1);
        client.Up(0);
        client.Submit();
        client.Pass(10);
        client.Up(0);

        client.Sent.Should().Equal((0, 1, 0), (0, 1, 10));
    }

    [Fact]
    public void Attempts_that_fail_one_after_the_other_are_one_departure()
    {
        var client = CoreDriver.Following();
        client.Down(1);
        for (var i = 0; i < 5; i++)
        {
            client.Down(0);
            client.Pass(10);
        }

        client.Abandoned.Should().Equal(new ServerAbandoned(0, 0, ServerChangeReason.ConnectionLost));
    }

    [Fact]
    public void The_first_loss_is_the_cause_of_a_change_and_its_beginning_however_many_follow()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        var request = client.Submit();
        client.Pass(CoreDriver.Silence);
        client.Down(1);
        client.Down(0);
        client.Up(1);
        client.Answer(1, request);

        client.Changes[^1].Should().Be(new ServerChange(0, 1, ServerChangeReason.Silent, CoreDriver.Ms(CoreDriver.Silence)));
    }
}
