namespace NetMQ.HighAvailability.Hosting;

/// <summary>
/// Work that only the active node does, as a class: for work that needs services and the term. Work that is a
/// <see cref="Microsoft.Extensions.Hosting.BackgroundService"/> already needs no change, but is not given the term: see
/// <see cref="BinaryStarBuilder.AddHostedServiceWhileActive{T}"/>. A singleton, resolved once.
/// </summary>
public interface IActiveWork
{
    /// <summary>
    /// Called when this node has become active, on the thread pool, and not again before it has ended. Work that ends
    /// by itself is done for this term. An exception ends the host, as one of a
    /// <see cref="Microsoft.Extensions.Hosting.BackgroundService"/> does.
    /// </summary>
    /// <param name="term">The time for which this node is active.</param>
    /// <param name="stepDown">
    /// Cancelled before the pair is handed over, when this node stops being active for another reason, and when the
    /// host stops. The hand-over waits for the work to end, up to <see cref="BinaryStarHostOptions.StepDownTimeout"/>.
    /// </param>
    /// <returns>A task that ends with the work.</returns>
    Task RunAsync(BinaryStarTerm term, CancellationToken stepDown);
}
