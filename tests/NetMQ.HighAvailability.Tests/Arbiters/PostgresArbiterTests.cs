using NetMQ.HighAvailability.Arbiters.Postgres;
using Npgsql;

namespace NetMQ.HighAvailability.Tests.Arbiters;

/// <summary>A real server, killed and frozen.</summary>
public sealed class PostgresArbiterTests(PostgresServer server) : ArbiterContract(server), IClassFixture<PostgresServer>
{
    [Theory]
    [InlineData("serializable")]
    [InlineData("repeatable read")]
    public async Task A_stricter_isolation_by_default_does_not_change_who_wins(string isolation)
    {
        var options = $"Options=-c default_transaction_isolation={isolation.Replace(" ", "\\ ", StringComparison.Ordinal)}";
        IArbiter[] writers = [new PostgresArbiter(server.Source(options)), new PostgresArbiter(server.Source(options))];
        var pair = "isolated " + isolation;
        string? version = null;
        for (var round = 1; round <= 200; round++)
        {
            var (expected, token) = (version, round);
            var answers = await Task.WhenAll(writers.Select(writer => Task.Run(() => writer.TryWriteAsync(pair, expected, Claim(token), default))));

            answers.Count(answer => answer is not null).Should().BeLessThan(2);
            version = (await writers[0].ReadAsync(pair, default))?.Version;
            foreach (var answer in answers) (answer ?? version).Should().Be(version);
        }
    }

    [Fact]
    public async Task Two_nodes_that_create_the_table_at_once_both_can()
    {
        for (var round = 0; round < 20; round++)
        {
            await server.SqlAsync($"CREATE SCHEMA round{round}");
            var pair = "round" + round;
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
                new PostgresArbiter(server.Source($"Search Path=round{round}")).TryWriteAsync(pair, null, Claim(), default))));

            answers.Count(answer => answer is not null).Should().Be(1);
        }
    }

    [Fact]
    public async Task A_role_that_may_not_create_a_table_can_use_one()
    {
        await server.Connect().ReadAsync("orders", default);
        await server.SqlAsync("DROP ROLE IF EXISTS node");
        await server.SqlAsync("CREATE ROLE node LOGIN; GRANT SELECT, INSERT, UPDATE ON binary_star_lease TO node");
        var arbiter = new PostgresArbiter(server.Source("Username=node"));

        var version = await arbiter.TryWriteAsync("rights", null, Claim(), default);
        version = await arbiter.TryWriteAsync("rights", version, Claim(2), default);

        version.Should().NotBeNull();
        await server.SqlAsync("DROP OWNED BY node; DROP ROLE node");
    }

    [Fact]
    public async Task A_table_whose_token_is_in_no_unique_index_is_refused()
    {
        await server.SqlAsync("CREATE SCHEMA bare; CREATE TABLE bare.binary_star_lease (name text PRIMARY KEY, version uuid, token bigint, holder text, process uuid, lease_ms bigint)");
        var arbiter = new PostgresArbiter(server.Source("Search Path=bare"));

        (await arbiter.Invoking(it => it.TryWriteAsync("orders", null, Claim(), default)).Should().ThrowAsync<InvalidOperationException>())
            .Which.Message.Should().Contain("ADD UNIQUE (name, token)");

        await server.SqlAsync("CREATE UNIQUE INDEX ON bare.binary_star_lease (name) INCLUDE (token)");
        await arbiter.Invoking(it => it.TryWriteAsync("orders", null, Claim(), default)).Should().ThrowAsync<InvalidOperationException>("the token is no part of the key");

        await server.SqlAsync("ALTER TABLE bare.binary_star_lease ADD UNIQUE (name, token)");
        (await arbiter.TryWriteAsync("orders", null, Claim(), default)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_session_that_may_only_read_is_refused()
    {
        var arbiter = new PostgresArbiter(server.Source("Options=-c default_transaction_read_only=on"));

        (await arbiter.Invoking(it => it.ReadAsync("orders", default)).Should().ThrowAsync<InvalidOperationException>())
            .Which.Message.Should().Contain("default_transaction_read_only");
    }

    [Fact]
    public async Task A_server_without_fsync_is_refused()
    {
        await server.Connect().TryWriteAsync("orders", null, Claim(), default);
        await RestartAsync("fsync=off");
        try
        {
            await RefusesAsync("fsync");
        }
        finally
        {
            await RestartAsync();
        }
    }

    [Fact]
    public async Task With_synchronous_commit_off_no_write_is_forgotten_all_the_same()
    {
        await RestartAsync("synchronous_commit=off", "wal_writer_delay=10s");
        try
        {
            var arbiter = server.Connect();
            string? version = null;
            for (var i = 1; i <= 3; i++)
            {
                version = await arbiter.TryWriteAsync("lazy", version, Claim(i), default);
                await RestartAsync("synchronous_commit=off", "wal_writer_delay=10s");
                (await server.Connect().ReadAsync("lazy", default))!.Version.Should().Be(version);
                arbiter = server.Connect();
            }
        }
        finally
        {
            await RestartAsync();
        }
    }

    [Fact]
    public async Task A_standby_is_refused_by_an_arbiter_that_has_known_it_as_a_primary()
    {
        var arbiter = server.Connect();
        await arbiter.TryWriteAsync("orders", null, Claim(), default);
        await server.BecomeStandbyAsync();
        try
        {
            await RefusesAsync("pg_is_in_recovery");
            await FluentActions.Awaiting(async () =>
            {
                try
                {
                    await arbiter.ReadAsync("orders", default);
                }
                catch (NpgsqlException)
                {
                    await arbiter.ReadAsync("orders", default); // its connection was lost in the restart
                }
            }).Should().ThrowAsync<InvalidOperationException>();
        }
        finally
        {
            await server.BecomePrimaryAsync();
        }
    }

    private async Task RefusesAsync(string why)
    {
        var arbiter = server.Connect();
        (await arbiter.Invoking(it => it.ReadAsync("orders", default)).Should().ThrowAsync<InvalidOperationException>()).Which.Message.Should().Contain(why);
        (await arbiter.Invoking(it => it.TryWriteAsync("orders", null, Claim(), default)).Should().ThrowAsync<InvalidOperationException>()).Which.Message.Should().Contain(why);
    }

    private async Task RestartAsync(params string[] settings)
    {
        server.Kill();
        server.Settings = settings;
        await server.StartAsync();
    }
}
