namespace NetMQ.HighAvailability;

/// <summary>
/// A pair's record in a store that both nodes can reach, a database for instance: the third opinion when they cannot reach each other. It is read
/// as a whole, and changed only by comparing. The nodes measure all time themselves; of the store none is asked.
/// </summary>
/// <remarks>
/// The store must be linearizable, must not lose what it has acknowledged, and must never use a version twice, also not after the record was
/// deleted. A node waits for one call at a time. It stops waiting by itself, whatever becomes of the cancellation token, so that calls may overlap; each must end some time, as a
/// node sends no more while 256 have not. It expects that a write without an answer may be carried out later. Its calls come from the thread pool. A node's first write expects a version that the store
/// never gave (a new <see cref="Guid"/>): refused like any other, it opens connections and compiles code before a failover would wait for that.
/// </remarks>
public interface IArbiter
{
    /// <summary>What logs and metrics call it: <c>postgres</c> for example.</summary>
    string Name { get; }

    /// <summary>Reads a pair's record, as it is at some moment between the call and the answer.</summary>
    /// <param name="pair">The pair's name: <see cref="BinaryStarOptions.Name"/>.</param>
    /// <param name="cancellationToken">Cancelled when the node no longer waits for the answer.</param>
    /// <returns>The record; <see langword="null"/> if there is none.</returns>
    /// <exception cref="Exception">The store could not be asked.</exception>
    Task<ArbiterRecord?> ReadAsync(string pair, CancellationToken cancellationToken);

    /// <summary>Replaces a pair's record, or creates it, if its version is still the expected one.</summary>
    /// <param name="pair">The pair's name: <see cref="BinaryStarOptions.Name"/>.</param>
    /// <param name="expectedVersion">The version to replace; <see langword="null"/>: there is no record yet.</param>
    /// <param name="claim">What the record is to say.</param>
    /// <param name="cancellationToken">Cancelled when the node no longer waits for the answer.</param>
    /// <returns>The record's new version; <see langword="null"/> if its version was not the expected one, and nothing was changed.</returns>
    /// <exception cref="Exception">Whether the record was changed, or will be, is unknown.</exception>
    Task<string?> TryWriteAsync(string pair, string? expectedVersion, ArbiterClaim claim, CancellationToken cancellationToken);
}
