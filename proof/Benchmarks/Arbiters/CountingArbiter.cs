using System.Collections.Concurrent;
using System.Globalization;
using NetMQ.HighAvailability;

namespace Benchmarks.Arbiters;

/// <summary>The records of all pairs of a process, in its memory, and how often they were asked for.</summary>
internal sealed class CountingArbiter : IArbiter
{
    private readonly ConcurrentDictionary<string, ArbiterRecord> records = [];
    private long reads;
    private long writes;
    private long lastVersion;

    public string Name => "counting";

    public long Reads => Volatile.Read(ref reads);

    /// <summary>Also those that were refused.</summary>
    public long Writes => Volatile.Read(ref writes);

    public Task<ArbiterRecord?> ReadAsync(string pair, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref reads);
        return Task.FromResult(records.GetValueOrDefault(pair));
    }

    public Task<string?> TryWriteAsync(string pair, string? expectedVersion, ArbiterClaim claim, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref writes);
        var record = new ArbiterRecord(Interlocked.Increment(ref lastVersion).ToString(CultureInfo.InvariantCulture), claim);
        var isWritten = expectedVersion is null
            ? records.TryAdd(pair, record)
            : records.TryGetValue(pair, out var present) && present.Version == expectedVersion && records.TryUpdate(pair, record, present);
        return Task.FromResult(isWritten ? record.Version : null);
    }
}
