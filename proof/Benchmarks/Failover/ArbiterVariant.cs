using Benchmarks.Arbiters;
using Benchmarks.Common;

namespace Benchmarks.Failover;

/// <summary>Pairs with one kind of arbiter, or with none.</summary>
internal sealed class ArbiterVariant : IDisposable
{
    private const int WritesAtOnce = 4;

    private readonly Engine engine;
    private readonly WriteTimer? writes;

    public ArbiterVariant(EngineKind kind, PairTiming timing)
    {
        engine = new Engine(kind);
        if (kind != EngineKind.None) writes = new WriteTimer(engine.Address);
        Benchmark = new FailoverBenchmark(timing, new ArbiterProgram(engine.Address));
    }

    public EngineKind Kind => engine.Kind;

    public string Name => $"{Kind}".ToLowerInvariant();

    public FailoverBenchmark Benchmark { get; }

    /// <summary>Milliseconds of one write; null without an engine.</summary>
    public Sample? Writes => writes?.Milliseconds;

    /// <summary>Faults of one kind to a new pair, then some writes.</summary>
    public void Run(FaultKind kind, int count)
    {
        Benchmark.RunPair(kind, count);
        writes?.Run(WritesAtOnce);
    }

    public void Dispose()
    {
        writes?.Dispose();
        engine.Dispose();
    }
}
