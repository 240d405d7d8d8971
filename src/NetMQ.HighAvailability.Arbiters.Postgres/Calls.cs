using Npgsql;

namespace NetMQ.HighAvailability.Arbiters.Postgres;

/// <summary>Calls that come back when the caller stops waiting, and end by themselves some time later.</summary>
internal sealed class Calls(NpgsqlDataSource dataSource)
{
    // A node asks again after a heartbeat. Without a limit a database that does not answer would take all connections of the pool, which may be the application's.
    private const int MaxAbandoned = 8;

    // A caller without a token of its own gives up too, and before Npgsql cancels the statement. So nobody takes for a success what a cancellation makes of a write that waits for a replica.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(6);

    private int abandoned;

    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection) { CommandTimeout = (int)CommandLimit.TotalSeconds };

    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var running = RunAsync(call);
        try
        {
            return await running.WaitAsync(Limit, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _ = EndAsync(running); // at once, unless it was the waiting that ended
            throw;
        }
    }

    private async Task EndAsync(Task running)
    {
        Interlocked.Increment(ref abandoned);
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // nobody waits for its outcome
        Interlocked.Decrement(ref abandoned);
    }

    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> call)
    {
        if (Volatile.Read(ref abandoned) >= MaxAbandoned) throw new TimeoutException($"The database has not answered the last {MaxAbandoned} calls yet.");
        using var limit = new CancellationTokenSource(Limit);
        await using var connection = await dataSource.OpenConnectionAsync(limit.Token).ConfigureAwait(false);
        return await call(connection).ConfigureAwait(false);
    }
}
