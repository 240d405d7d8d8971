using Npgsql;

namespace NetMQ.HighAvailability.Arbiters.Postgres;

/// <summary>Fences transactions in the database that is the arbiter.</summary>
public static class BinaryStarTermExtensions
{
    // Against this lock stands only a change of the token, which is part of a unique index, or of the row's existence. So a Take waits for the commit, and the
    // holder's own writes, which prolong its lease, do not: a lock FOR SHARE held by a stream of transactions would keep them out for ever.
    private const string Fence = "SELECT 1 FROM binary_star_lease WHERE name = $1 AND token = $2 FOR KEY SHARE";

    /// <inheritdoc cref="FenceAsync(BinaryStarTerm, NpgsqlTransaction, CancellationToken)" />
    public static Task FenceAsync(this BinaryStarTerm term, NpgsqlTransaction transaction) => FenceAsync(term, transaction, CancellationToken.None);

    /// <summary>
    /// Lets a transaction be committed only if this term is still the pair's present one: to be awaited last in it, just before the commit. From then until the transaction
    /// ends no other term can begin.
    /// </summary>
    /// <remarks>
    /// Last, because it holds up a take-over by the peer. A process that is paused between the fence and the commit holds it up for as long as the pause lasts: set
    /// <c>idle_in_transaction_session_timeout</c>, which makes PostgreSQL roll such a transaction back. Under REPEATABLE READ or SERIALIZABLE, a write of the
    /// node's own to its record since the transaction's first statement can be an error 40001 here: try the transaction again.
    /// </remarks>
    /// <param name="term">The term in which the transaction's work was begun.</param>
    /// <param name="transaction">A transaction in the arbiter's database, with the same search path.</param>
    /// <param name="cancellationToken">Cancels the waiting.</param>
    /// <returns>Completes when the transaction may be committed.</returns>
    /// <exception cref="StaleTermException">The term is over. Roll the transaction back.</exception>
    /// <exception cref="InvalidOperationException">The pair has no arbiter.</exception>
    public static async Task FenceAsync(this BinaryStarTerm term, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(term);
        ArgumentNullException.ThrowIfNull(transaction);
        if (term is not { Pair: { } pair, FencingToken: { } token })
        {
            throw new InvalidOperationException("This term has no name of a pair and no fencing token, so there is nothing to fence with: its pair has no arbiter.");
        }

        // Who knows that its term is over must not hold up the next one.
        if (term.Token.IsCancellationRequested) throw new StaleTermException(pair, token);
        await using var command = new NpgsqlCommand(Fence, transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = pair });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = token });
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is null) throw new StaleTermException(pair, token);
    }
}
