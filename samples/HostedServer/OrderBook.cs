using System.Globalization;
using Microsoft.Data.Sqlite;

namespace HostedServer;

/// <summary>The orders, as one request sees them: with a connection of its own, which ends with the request's scope.</summary>
internal sealed class OrderBook(Database database) : IAsyncDisposable
{
    private readonly SqliteConnection connection = database.NewConnection();

    /// <summary>
    /// Books an order once, however often its request comes: what was answered is stored in the order's own transaction, so that this node, or
    /// the other one after it, finds both or neither.
    /// </summary>
    /// <param name="request">Identifies the request; null from a client that gives it no id, and may have it booked twice.</param>
    /// <param name="quantity">How many.</param>
    /// <param name="item">Of what.</param>
    /// <param name="cancellationToken">Cancelled when this node may not go on.</param>
    /// <returns>What to answer.</returns>
    public async Task<string> BuyAsync(Guid? request, int quantity, string item, CancellationToken cancellationToken)
    {
        await database.Writer.WaitAsync(cancellationToken);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken); // from here on nobody else writes
            if (request is { } known && await AskAsync("SELECT reply FROM answered WHERE request = $request", cancellationToken, ("$request", known)) is string answered)
                return answered;

            var number = await AskAsync("INSERT INTO orders (quantity, item) VALUES ($quantity, $item) RETURNING number", cancellationToken, ("$quantity", quantity), ("$item", item));
            var reply = string.Create(CultureInfo.InvariantCulture, $"order {number}: {quantity} {item}");
            if (request is { } id)
                await AskAsync("INSERT INTO answered (request, reply) VALUES ($request, $reply)", cancellationToken, ("$request", id), ("$reply", reply));
            await transaction.CommitAsync(cancellationToken);
            return reply;
        }
        finally
        {
            database.Writer.Release();
        }
    }

    public Task<string> CountAsync(CancellationToken cancellationToken) => ReadAsync("SELECT count(*) || ' orders' FROM orders", cancellationToken);

    /// <summary>The newest ten.</summary>
    public Task<string> ListAsync(CancellationToken cancellationToken) => ReadAsync(
        """
        SELECT coalesce(group_concat(line, '; '), 'no orders')
        FROM (SELECT number || ': ' || quantity || ' ' || item AS line FROM orders ORDER BY number DESC LIMIT 10)
        """,
        cancellationToken);

    /// <summary>Forgets what was answered so long ago that no client sends it again.</summary>
    /// <returns>How many answers that were.</returns>
    public async Task<int> ForgetAsync(CancellationToken cancellationToken)
    {
        await database.Writer.WaitAsync(cancellationToken);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "DELETE FROM answered WHERE at < datetime('now', '-1 day')";
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
        finally
        {
            database.Writer.Release();
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task<string> ReadAsync(string query, CancellationToken cancellationToken)
    {
        await connection.OpenAsync(cancellationToken);
        return (string)(await AskAsync(query, cancellationToken))!;
    }

    private async Task<object?> AskAsync(string query, CancellationToken cancellationToken, params (string Name, object Value)[] parameters)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // All queries are constants.
        command.CommandText = query;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
