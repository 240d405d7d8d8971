using Npgsql;

namespace NetMQ.HighAvailability.Arbiters.Postgres;

/// <summary>
/// Pairs' records in a table of a PostgreSQL database, <c>binary_star_lease</c>, which is created at the first use if it is not there.
/// What the database has to promise is in the package's README.
/// </summary>
/// <remarks>
/// Each call is one statement in a transaction of its own, and needs no state of a session: a pgbouncer in transaction mode may be in between. A call
/// whose token is cancelled comes back at once, and its statement ends by itself: Npgsql's own cancellation waits for the very server that does not answer, for
/// seconds, and PostgreSQL's makes a write that waits for its replica count as committed without it.
/// </remarks>
public sealed class PostgresArbiter : IArbiter
{
    // A session with transaction_read_only can be one on a standby, too, or one to which its role or database gives it.
    private const string ServerState = "current_setting('fsync') = 'on', pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'";

    // A unique index over the token makes it part of a key: only then has a Take to wait for the transactions that are fenced (see FenceAsync). An included column is no part of it.
    private const string Check = $"""
        SELECT {ServerState}, to_regclass('binary_star_lease') IS NOT NULL, EXISTS (
            SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
            WHERE i.indrelid = to_regclass('binary_star_lease') AND a.attname = 'token'
                AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL)
        """;

    private const string Create = """
        CREATE TABLE IF NOT EXISTS binary_star_lease (
            name text PRIMARY KEY, version uuid NOT NULL, token bigint NOT NULL,
            holder text NOT NULL, process uuid NOT NULL, lease_ms bigint NOT NULL, UNIQUE (name, token))
        """;

    // The server may have become a standby since, and with several hosts any of them may be asked.
    private const string Read = $"""
        SELECT {ServerState}, l.version, l.token, l.holder, l.process, l.lease_ms
        FROM (VALUES (1)) one (row) LEFT JOIN binary_star_lease l ON l.name = $1
        """;

    // Whatever the session's synchronous_commit is, these transactions are on the disk when they are answered: set_config as a source of
    // rows is called before there is one, and its third argument makes it SET LOCAL.
    private const string Insert = """
        INSERT INTO binary_star_lease (name, version, token, holder, process, lease_ms)
        SELECT $1, $2, $3, $4, $5, $6 FROM set_config('synchronous_commit', 'on', true)
        ON CONFLICT DO NOTHING
        """;

    private const string Update = """
        UPDATE binary_star_lease SET version = $2, token = $3, holder = $4, process = $5, lease_ms = $6
        FROM set_config('synchronous_commit', 'on', true)
        WHERE name = $1 AND version = $7
        """;

    private readonly Calls calls;
    private volatile bool isChecked;

    /// <summary>An arbiter for any number of pairs.</summary>
    /// <param name="dataSource">Where the database is. It belongs to the caller, who disposes of it after the nodes.</param>
    public PostgresArbiter(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        calls = new Calls(dataSource);
    }

    /// <summary><c>postgres</c></summary>
    public string Name => "postgres";

    /// <inheritdoc />
    public Task<ArbiterRecord?> ReadAsync(string pair, CancellationToken cancellationToken)
    {
        Row.CheckName(pair);
        return calls.RunAsync(connection => ReadAsync(connection, pair), cancellationToken);
    }

    /// <inheritdoc />
    public Task<string?> TryWriteAsync(string pair, string? expectedVersion, ArbiterClaim claim, CancellationToken cancellationToken)
    {
        Row.CheckName(pair);
        ArgumentNullException.ThrowIfNull(claim);
        return calls.RunAsync(connection => TryWriteAsync(connection, pair, expectedVersion, claim), cancellationToken);
    }

    private async Task<ArbiterRecord?> ReadAsync(NpgsqlConnection connection, string pair)
    {
        await CheckOnceAsync(connection).ConfigureAwait(false);
        await using var command = Calls.Command(connection, Read);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = pair });
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        await reader.ReadAsync().ConfigureAwait(false);
        CheckServer(reader);
        return Row.Parse(pair, reader);
    }

    private async Task<string?> TryWriteAsync(NpgsqlConnection connection, string pair, string? expected, ArbiterClaim claim)
    {
        await CheckOnceAsync(connection).ConfigureAwait(false);
        // A random number, and no counter: it never comes again, also when the row, the table or the database was deleted or is an older one, from a backup.
        var version = Guid.NewGuid();
        await using var command = Calls.Command(connection, expected is null ? Insert : Update);
        Row.AddParameters(command.Parameters, pair, version, claim);
        // What is no version of ours is not that of the row either; the database is asked all the same, as ever.
        if (expected is not null)
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.TryParseExact(expected, "D", out var parsed) ? parsed : Guid.NewGuid() });
        }

        try
        {
            return await command.ExecuteNonQueryAsync().ConfigureAwait(false) == 1 ? version.ToString() : null;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.SerializationFailure)
        {
            // With default_transaction_isolation above its default, this is how to lose to another writer. Nothing was written.
            return null;
        }
    }

    private async Task CheckOnceAsync(NpgsqlConnection connection)
    {
        if (isChecked) return;
        if (!await IsTableThereAsync(connection).ConfigureAwait(false))
        {
            await CreateTableAsync(connection).ConfigureAwait(false);
            if (!await IsTableThereAsync(connection).ConfigureAwait(false)) throw new InvalidOperationException("The table binary_star_lease was created, but is not in the search path.");
        }

        isChecked = true;
    }

    private static async Task<bool> IsTableThereAsync(NpgsqlConnection connection)
    {
        await using var command = Calls.Command(connection, Check);
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        await reader.ReadAsync().ConfigureAwait(false);
        CheckServer(reader);
        var (exists, hasKey) = (reader.GetBoolean(3), reader.GetBoolean(4));
        if (exists && !hasKey)
        {
            throw new InvalidOperationException(
                "The table binary_star_lease has no unique index with the token, and without it a transaction that was fenced holds up no take-over: ALTER TABLE binary_star_lease ADD UNIQUE (name, token).");
        }

        return exists;
    }

    private static async Task CreateTableAsync(NpgsqlConnection connection)
    {
        await using var command = Calls.Command(connection, Create);
        try
        {
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateObject)
        {
            // The peer creates it too: IF NOT EXISTS does not see a table that is not committed yet, and fails in the catalogue.
        }
    }

    private static void CheckServer(NpgsqlDataReader reader)
    {
        if (reader.GetBoolean(1)) throw Unfit("the server is a standby (pg_is_in_recovery), and what it shows is old: connect to the primary, with Target Session Attributes=primary where there are several hosts");
        if (!reader.GetBoolean(0)) throw Unfit("fsync is off, and the server may forget what it has acknowledged");
        if (reader.GetBoolean(2)) throw Unfit("transaction_read_only is on: check default_transaction_read_only of the server, the database and the role");
    }

    private static InvalidOperationException Unfit(string why) => new($"This database cannot be an arbiter: {why}.");
}
