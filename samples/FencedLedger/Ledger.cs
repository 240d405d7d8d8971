using System.Globalization;
using NetMQ.HighAvailability;
using NetMQ.HighAvailability.Arbiters.Postgres;
using Npgsql;

namespace FencedLedger;

/// <summary>The table of bookings. Rows are added and never changed.</summary>
internal sealed class Ledger(NpgsqlDataSource dataSource, ServerSettings settings)
{
    // Both servers may create the table at once, and PostgreSQL does not make one of them wait by itself.
    private const string Create =
        """
        SELECT pg_advisory_xact_lock(hashtext('FencedLedger'));
        CREATE TABLE IF NOT EXISTS ledger (
            entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, request uuid NOT NULL UNIQUE,
            amount bigint NOT NULL, reference text NOT NULL, token bigint NOT NULL, server text NOT NULL, at timestamptz NOT NULL DEFAULT now());
        """;

    // If a transaction that is still open has booked this request, PostgreSQL waits here until it has ended: one of the two at most has booked it.
    private const string Insert =
        "INSERT INTO ledger (request, amount, reference, token, server) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (request) DO NOTHING RETURNING entry, token, server";

    private const string Find = "SELECT entry, token, server FROM ledger WHERE request = $1";

    public string Server => settings.Name;

    public async Task CreateAsync()
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(Create, connection, transaction);
        await command.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    /// <summary>Books an amount once, however often its request comes, and only while <paramref name="term"/> is the pair's present one.</summary>
    /// <returns>What to answer: which entry it is, and in which term it was booked by whom.</returns>
    /// <exception cref="StaleTermException">The term is over, and nothing was booked.</exception>
    public async Task<string> BookAsync(Guid request, long amount, string reference, BinaryStarTerm term, CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var entry = await ReadAsync(transaction, Insert, cancellation, Of(request), Of(amount), Of(reference), Of(term.FencingToken!.Value), Of(settings.Name));
        if (entry is null) return await ReadAsync(transaction, Find, cancellation, Of(request)) ?? throw new NpgsqlException($"The entry of request {request} is there and cannot be read.");

        await PauseAsync(settings.PauseBeforeFence, $"{reference}: {amount} is booked, and neither fenced nor committed");

        // From here on nothing is cancelled with the term: the fence knows whether that is over, and a commit that is cancelled may have happened or not.
        await term.FenceAsync(transaction, CancellationToken.None);
        await PauseAsync(settings.PauseBeforeCommit, $"{reference}: {amount} is booked and fenced, and not committed");
        await transaction.CommitAsync(CancellationToken.None);
        return entry;
    }

    private static async Task<string?> ReadAsync(NpgsqlTransaction transaction, string sql, CancellationToken cancellation, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        command.Parameters.AddRange(parameters);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation)
            ? string.Create(CultureInfo.InvariantCulture, $"entry {row.GetInt64(0)} token {row.GetInt64(1)} server {row.GetString(2)}")
            : null;
    }

    private static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    // Not cancelled with the term: this stands for a process that is paused, and that looks at nothing meanwhile.
    private static async Task PauseAsync(TimeSpan pause, string where)
    {
        if (pause == TimeSpan.Zero) return;
        Console.WriteLine(where);
        await Task.Delay(pause, CancellationToken.None);
    }
}
