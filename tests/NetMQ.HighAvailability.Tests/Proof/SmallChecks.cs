using System.Collections.Concurrent;
using NetMQ.HighAvailability.ModelCheck;
using NetMQ.HighAvailability.ModelCheck.Model;
using NetMQ.HighAvailability.ModelCheck.Search;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>
/// The small checks, each made once: by the test that asks for it, or ahead of it on another processor.
/// </summary>
public sealed class SmallChecks : IDisposable
{
    private readonly Dictionary<Scenario, Lazy<CheckResult>> checks;
    private readonly ConcurrentQueue<Lazy<CheckResult>> ahead;
    private readonly Thread[] helpers;
    private volatile bool disposed;

    public SmallChecks()
    {
        checks = ModelChecks.Small
            .Concat(ModelChecks.WithoutRules)
            .Concat(ModelChecks.WithoutRules.Select(WithTheRule))
            .ToDictionary(scenario => scenario, scenario => new Lazy<CheckResult>(() => Checker.Run(scenario)));
        ahead = new ConcurrentQueue<Lazy<CheckResult>>(checks.Values.Reverse()); // the tests begin at the other end
        helpers = [.. Enumerable.Range(1, Environment.ProcessorCount - 1).Select(_ => new Thread(WorkAhead) { IsBackground = true })];
        foreach (var helper in helpers) helper.Start();
    }

    internal static Scenario WithTheRule(Scenario scenario) => scenario with { Without = Rule.None, Expected = Outcome.Safe };

    internal CheckResult Of(Scenario scenario) => checks[scenario].Value;

    public void Dispose()
    {
        disposed = true;
        foreach (var helper in helpers) helper.Join();
    }

    private void WorkAhead()
    {
        while (!disposed && ahead.TryDequeue(out var check)) _ = check.Value;
    }
}
