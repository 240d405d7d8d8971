using Npgsql;

namespace FencedLedger;

/// <summary>The demo's own look into the database, past the servers.</summary>
internal sealed class Audit(NpgsqlDataSource dataSource)
{
    // A lock of the row is not to be seen here; that its table is locked for reading is, and the fence alone does that.
    private const string Idle =
        """
        SELECT count(*) FILTER (WHERE NOT fenced), count(*) FILTER (WHERE fenced) FROM (
            SELECT EXISTS (SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND l.relation = 'binary_star_lease'::regclass AND l.mode = 'RowShareLock') AS fenced
            FROM pg_stat_activity a WHERE application_name = $1 AND state = 'idle in transaction') AS idle
        """;

    private const string Lease = "SELECT lease_ms FROM binary_star_lease WHERE name = $1";
    private const string Booked = "SELECT reference, amount, entry, server, token FROM ledger WHERE starts_with(reference, $1) ORDER BY entry";


    /// <summary>How many transactions a server has open in which it does nothing, before and after their fence.</summary>
    public async Task<(long Unfenced, long Fenced)> IdleAsync(string server, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Idle);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ServerSettings.ApplicationName(server) });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return (row.GetInt64(0), row.GetInt64(1));
    }

    /// <summary>For how long the pair's record is leased: 0 while the active node serves by its peer's promise.</summary>
    public async Task<long> LeaseAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Lease);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Server.Pair });
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>What is in the ledger under references that begin so.</summary>
    public async Task<IReadOnlyList<Booking>> BookedAsync(string name, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Booked);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var booked = new List<Booking>();
        while (await row.ReadAsync(cancellation)) booked.Add(new Booking(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3), row.GetInt64(4)));
        return booked;
    }
}
