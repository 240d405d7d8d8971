using System.Data;
using NetMQ.HighAvailability.Arbiters.Postgres;
using Npgsql;

namespace NetMQ.HighAvailability.Tests.Arbiters;

/// <summary>No transaction of a term that is over can be committed.</summary>
public sealed class FenceTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string pair = "pair-" + Guid.NewGuid();
    private readonly NpgsqlDataSource source = server.Source();
    private readonly IArbiter arbiter = server.Connect();

    [Theory]
    [InlineData(IsolationLevel.ReadCommitted)]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task A_transaction_of_the_present_term_is_committed(IsolationLevel isolation)
    {
        await WriteAsync(null, 1);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await BookAsync(connection, isolation);

        await Term(1).FenceAsync(transaction);
        await transaction.CommitAsync();

        (await BookingsAsync()).Should().Be(1);
    }

    [Theory]
    [InlineData(IsolationLevel.ReadCommitted)]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task A_transaction_that_was_paused_while_another_term_began_is_not_committed(IsolationLevel isolation)
    {
        var version = await WriteAsync(null, 1);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await BookAsync(connection, isolation);

        (await WriteAsync(version, 2)).Should().NotBeNull("nothing is fenced yet");

        var fence = Term(1).FenceAsync(transaction);
        if (isolation == IsolationLevel.ReadCommitted)
        {
            (await fence.Invoking(it => it).Should().ThrowAsync<StaleTermException>()).Which.FencingToken.Should().Be(1);
        }
        else
        {
            (await fence.Invoking(it => it).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.SerializationFailure);
        }

        await transaction.RollbackAsync();
        (await BookingsAsync()).Should().Be(0);
    }

    [Theory]
    [InlineData(IsolationLevel.ReadCommitted)]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task After_the_fence_no_other_term_begins_before_the_commit(IsolationLevel isolation)
    {
        var version = await WriteAsync(null, 1);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await BookAsync(connection, isolation);
        await Term(1).FenceAsync(transaction);

        var take = WriteAsync(version, 2);
        await UntilBlockedAsync();
        take.IsCompleted.Should().BeFalse();
        (await BookingsAsync()).Should().Be(0);
        await transaction.CommitAsync();

        (await take.WaitAsync(Limit)).Should().NotBeNull();
        (await BookingsAsync()).Should().Be(1);
    }

    [Fact]
    public async Task A_holder_prolongs_its_lease_and_lets_go_of_it_while_its_own_transactions_are_fenced()
    {
        var version = await WriteAsync(null, 1);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await BookAsync(connection, IsolationLevel.ReadCommitted);
        await Term(1).FenceAsync(transaction);

        var kept = await WriteAsync(version, 1).WaitAsync(Limit);
        var relaxed = await WriteAsync(kept, 1, lease: 0).WaitAsync(Limit);
        var take = WriteAsync(relaxed, 2);
        await UntilBlockedAsync();
        await transaction.CommitAsync();

        (await take.WaitAsync(Limit)).Should().NotBeNull();
    }

    [Fact]
    public async Task The_fence_waits_for_a_take_that_is_not_committed_yet_and_then_refuses()
    {
        await WriteAsync(null, 1);
        await using var peer = await source.OpenConnectionAsync();
        await using var taking = await peer.BeginTransactionAsync();
        await using (var take = new NpgsqlCommand($"UPDATE binary_star_lease SET token = 2 WHERE name = '{pair}'", peer, taking)) await take.ExecuteNonQueryAsync();
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await BookAsync(connection, IsolationLevel.ReadCommitted);

        var fence = Term(1).FenceAsync(transaction);
        await UntilBlockedAsync();
        fence.IsCompleted.Should().BeFalse();
        await taking.CommitAsync();

        await fence.WaitAsync(Limit).Invoking(it => it).Should().ThrowAsync<StaleTermException>();
    }

    [Fact]
    public async Task The_record_cannot_be_deleted_under_a_fence()
    {
        await WriteAsync(null, 1);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await BookAsync(connection, IsolationLevel.ReadCommitted);
        await Term(1).FenceAsync(transaction);

        var delete = server.DeleteAsync(pair);
        await UntilBlockedAsync();
        await transaction.CommitAsync();
        await delete.WaitAsync(Limit);

        await using var late = await connection.BeginTransactionAsync();
        await late.Invoking(it => Term(1).FenceAsync(it)).Should().ThrowAsync<StaleTermException>();
    }

    [Fact]
    public async Task A_term_that_knows_its_end_fences_nothing_more()
    {
        await WriteAsync(null, 1);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var term = new BinaryStarTerm(pair, 1, 1, new CancellationToken(canceled: true));

        await term.Invoking(it => it.FenceAsync(transaction)).Should().ThrowAsync<StaleTermException>();
    }

    [Fact]
    public async Task A_term_without_an_arbiter_cannot_fence()
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        await new BinaryStarTerm(1, default).Invoking(it => it.FenceAsync(transaction)).Should().ThrowAsync<InvalidOperationException>();
        await new BinaryStarTerm(pair, null, 1, default).Invoking(it => it.FenceAsync(transaction)).Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task A_role_that_may_read_the_row_and_change_one_column_can_fence()
    {
        await WriteAsync(null, 1);
        await server.SqlAsync("CREATE ROLE application LOGIN; GRANT SELECT, UPDATE (lease_ms) ON binary_star_lease TO application");
        await using var connection = await server.Source("Username=application").OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        await Term(1).FenceAsync(transaction);

        await transaction.CommitAsync();
    }

    private BinaryStarTerm Term(long token) => new(pair, token, 1, default);

    private Task<string?> WriteAsync(string? expected, long token, int lease = 10_000) =>
        arbiter.TryWriteAsync(pair, expected, new ArbiterClaim(token, BinaryStarRole.Primary, Guid.NewGuid(), TimeSpan.FromMilliseconds(lease)), default);

    private async Task<NpgsqlTransaction> BookAsync(NpgsqlConnection connection, IsolationLevel isolation)
    {
        await server.SqlAsync("CREATE TABLE IF NOT EXISTS bookings (pair text)");
        var transaction = await connection.BeginTransactionAsync(isolation);
        await using var command = new NpgsqlCommand("INSERT INTO bookings VALUES ($1)", connection, transaction) { Parameters = { new NpgsqlParameter<string> { TypedValue = pair } } };
        await command.ExecuteNonQueryAsync();
        return transaction;
    }

    private async Task<long> BookingsAsync()
    {
        await using var command = source.CreateCommand($"SELECT count(*) FROM bookings WHERE pair = '{pair}'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    // Somebody waits for a lock: of one test at a time.
    private async Task UntilBlockedAsync()
    {
        await using var command = source.CreateCommand("SELECT count(*) FROM pg_locks WHERE NOT granted");
        using var limit = new CancellationTokenSource(Limit);
        while ((long)(await command.ExecuteScalarAsync(limit.Token))! == 0) await Task.Delay(10, limit.Token);
    }
}
