using NetMQ.HighAvailability.Clients;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>What the client makes of a process whose thread pool is blocked, so that nothing can arrive.</summary>
public sealed class ClientStarvationTests
{
    [Fact]
    public void A_pool_that_runs_its_work_is_not_starved()
    {
        var pool = new PoolWatch(work => work(), Ms(100), Ms(500));
        for (var now = 0; now < 5000; now += 10) pool.OnTurn(Ms(now)).Should().BeNull();
        pool.DelaySince(TimeSpan.Zero).Should().BeNull();
    }

    [Fact]
    public void A_pool_is_given_work_at_an_interval_and_one_piece_at_a_time()
    {
        var given = new List<Action>();
        var pool = new PoolWatch(given.Add, Ms(100), Ms(500));
        for (var now = 0; now <= 99; now++) pool.OnTurn(Ms(now));
        given.Should().ContainSingle();
        given[0]();

        pool.OnTurn(Ms(100));
        for (var now = 101; now < 400; now++) pool.OnTurn(Ms(now));
        given.Should().HaveCount(2);
    }

    [Fact]
    public void Work_that_waits_for_longer_than_tolerated_is_starvation_until_it_runs()
    {
        var given = new List<Action>();
        var pool = new PoolWatch(given.Add, Ms(100), Ms(500));
        pool.OnTurn(Ms(1000));

        pool.OnTurn(Ms(1499)).Should().BeNull();
        pool.OnTurn(Ms(1500)).Should().Be(Ms(500));
        pool.OnTurn(Ms(2000)).Should().Be(Ms(1000));
        given[0]();
        pool.OnTurn(Ms(2001)).Should().BeNull();

        pool.DelaySince(Ms(2000)).Should().Be(Ms(1000));
        pool.DelaySince(Ms(2001)).Should().BeNull();
    }

    [Fact]
    public void What_could_not_be_received_is_no_silence_of_the_server()
    {
        var client = CoreDriver.Following();
        client.Pass(10_000);
        client.Submit();
        client.Pass(3 * CoreDriver.Silence, () => client.Core.ResetSilence(CoreDriver.Ms(client.Now)));
        client.Core.Current.Should().Be(0);

        client.Pass(CoreDriver.Silence);
        client.Core.Current.Should().Be(1);
    }

    [Fact]
    public void A_connection_over_which_nothing_could_be_received_is_not_made_anew()
    {
        var client = CoreDriver.Following(servers: 1);
        client.Pass(2 * CoreDriver.Request, () =>
        {
            if (client.Now % 1000 == 0) client.Submit();
            client.Core.ResetSilence(CoreDriver.Ms(client.Now));
        });
        client.Redials.Should().BeEmpty();
    }

    [Fact]
    public async Task A_starved_client_reports_it_in_the_exception_and_in_the_log()
    {
        using var silent = RawServer.Silent();
        using var other = RawServer.Silent();
        await using var client = new TestClient([silent.Endpoint, other.Endpoint], options =>
        {
            options.RequestTimeout = 4 * TestClient.ServerTimeout;
            options.RunOnPool = _ => { };
        });

        var asking = () => client.Ask();
        (await asking.Should().ThrowAsync<RequestTimeoutException>()).WithMessage("*thread pool*SetMinThreads*");

        client.LogCount(526).Should().Be(1);
        client.LogCount(511).Should().Be(0, "the server was not to blame");
        other.Executed.Should().BeEmpty();
    }

    [Fact]
    public async Task A_client_that_is_not_starved_blames_the_servers()
    {
        using var silent = RawServer.Silent();
        await using var client = new TestClient([silent.Endpoint], options =>
        {
            options.RequestTimeout = 2 * TestClient.ServerTimeout;
            options.RunOnPool = work => work();
        });

        var asking = () => client.Ask();
        (await asking.Should().ThrowAsync<RequestTimeoutException>()).Which.Message.Should().NotContain("thread pool");
        client.LogCount(526).Should().Be(0);
    }

    private static TimeSpan Ms(int milliseconds) => CoreDriver.Ms(milliseconds);
}
