using System.Diagnostics;
using ArbiterServer;
using Benchmarks.Common;
using NetMQ.HighAvailability;

namespace Benchmarks.Arbiters;

/// <summary>
/// How long an engine takes for one write of a record, by the same client as the servers'. It rests before each, as a server's does: the first write
/// after a rest takes about twice as long as one of many.
/// </summary>
internal sealed class WriteTimer(string engine) : IDisposable
{
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);
    private static readonly Guid Process = Guid.NewGuid();

    private readonly Store store = new(engine);
    private string? version;
    private long token;

    public Sample Milliseconds { get; } = new();

    /// <summary>The first of all, which open connections and compile code, are not counted.</summary>
    public void Run(int count)
    {
        for (var warmUp = token == 0 ? count : 0; warmUp > 0; warmUp--) Write();
        for (; count > 0; count--)
        {
            Thread.Sleep(Rest);
            Milliseconds.Add(Write().TotalMilliseconds);
        }
    }

    public void Dispose() => store.Dispose();

    private TimeSpan Write()
    {
        var claim = new ArbiterClaim(++token, BinaryStarRole.Primary, Process, TimeSpan.FromSeconds(10));
        var start = Stopwatch.GetTimestamp();
        version = store.Arbiter!.TryWriteAsync("write-timer", version, claim, default).GetAwaiter().GetResult()
            ?? throw new InvalidOperationException("somebody else wrote the benchmark's own record");
        return Stopwatch.GetElapsedTime(start);
    }
}
