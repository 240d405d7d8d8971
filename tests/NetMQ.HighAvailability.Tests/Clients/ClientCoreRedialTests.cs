using NetMQ.HighAvailability.Clients;
using static NetMQ.HighAvailability.DeliveryGuarantee;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>When the core has a connection made anew that may be half-open, and what that costs.</summary>
public sealed class ClientCoreRedialTests
{
    [Fact]
    public void A_connection_is_not_made_anew_before_something_was_owed_for_a_request_s_whole_life()
    {
        var client = CoreDriver.Following(servers: 1);
        client.Pass(100_000);
        client.Submit();

        AskOn(client, CoreDriver.Request - 1);
        client.Redials.Should().BeEmpty();
        client.Pass(1);
        client.Redials.Should().Equal(0);
    }

    [Fact]
    public void A_connection_is_not_made_anew_sooner_than_a_request_s_life_after_its_last_reply()
    {
        var client = CoreDriver.Following(servers: 1);
        var last = client.Submit();
        for (var i = 0; i < 40; i++)
        {
            client.Pass(1000);
            var next = client.Submit(); // so that something is always owed
            client.Answer(0, last);
            last = next;
        }

        AskOn(client, CoreDriver.Request - 1);
        client.Redials.Should().BeEmpty();
        client.Pass(1);
        client.Redials.Should().Equal(0);
    }

    [Fact]
    public void A_connection_over_which_rejections_come_is_alive()
    {
        var client = CoreDriver.Following(servers: 1);
        client.Submit();
        for (var i = 0; i < 40; i++)
        {
            client.Pass(1000);
            client.Submit();
            client.Reject(0, client.Sent[^1].Number);
        }

        AskOn(client, CoreDriver.Request - 1);
        client.Redials.Should().BeEmpty();
        client.Pass(1);
        client.Redials.Should().Equal(0);
    }

    [Fact]
    public void Having_asked_for_a_new_connection_it_sends_nothing_until_that_is_there_and_gives_it_as_long_again()
    {
        var client = CoreDriver.Following(servers: 1);
        client.Submit();
        AskOn(client, CoreDriver.Request - 1);
        client.Pass(1);
        client.Redials.Should().Equal(0);
        client.Abandoned.Should().Equal(new ServerAbandoned(0, 0, ServerChangeReason.Silent));
        client.Forget();

        AskOn(client, 1000);
        client.Sent.Should().BeEmpty();
        client.Up(0);
        client.Pass(99);
        client.Sent.Should().ContainSingle("it is asked at once, but slowly").Which.At.Should().Be(CoreDriver.Request + 1000);

        AskOn(client, CoreDriver.Request - 1100);
        client.Redials.Should().Equal(0);
        client.Pass(1);
        client.Redials.Should().Equal(0, 0);
    }

    [Fact]
    public void What_was_sent_once_over_a_connection_that_is_made_anew_is_unknown()
    {
        var client = CoreDriver.Following(servers: 1);
        client.Submit();
        client.Pass(1000);
        var once = client.Submit(AtMostOnce);

        client.Pass(CoreDriver.Request - 1001);
        client.Failed.Should().BeEmpty();
        client.Pass(1);
        client.Failed.Should().Contain((once.Number, RequestFailure.OutcomeUnknown));
    }

    [Fact]
    public void A_server_whose_connection_is_made_anew_has_its_settle_time_from_then_on()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        client.Submit();
        AskOn(client, CoreDriver.Request);
        client.Redials.Should().Equal(0);

        client.Pass(CoreDriver.Settle - 1);
        client.Core.Current.Should().Be(0);
        client.Pass(1);
        client.Core.Current.Should().Be(1);
    }

    [Fact]
    public void Where_both_are_silent_the_connections_of_both_are_made_anew()
    {
        var client = CoreDriver.Following();
        client.Submit();
        AskOn(client, CoreDriver.Request + CoreDriver.Settle);

        client.Redials.Should().BeEquivalentTo([0, 1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_connection_that_is_not_there_is_not_made_anew(bool refused)
    {
        var client = new CoreDriver(servers: 1);
        if (refused) client.Down(0);
        client.Submit();
        AskOn(client, 3 * CoreDriver.Request);

        client.Redials.Should().BeEmpty("NetMQ is at it already");
    }

    // Callers ask every second, in vain.
    private static void AskOn(CoreDriver client, int milliseconds) => client.Pass(milliseconds, () =>
    {
        if (client.Now % 1000 == 0) client.Submit();
    });
}
