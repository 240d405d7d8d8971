using System.Collections.Concurrent;
using NetMQ.HighAvailability.ModelCheck;
using NetMQ.HighAvailability.ModelCheck.Model;
using NetMQ.HighAvailability.ModelCheck.Search;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>
/// The small checks, each made once: by the test that asks for it, or ahead of it on another processor.
/// </summary>
public sealed class SmallChecks : IAsyncDisposable
{
    private readonly Dictionary<Scenario, Lazy<CheckResult>> checks;
    private readonly ConcurrentQueue<Lazy<CheckResult>> ahead;
    private readonly Task helpers;
    private volatile bool disposed;

    public SmallChecks()
    {
        checks = ModelChecks.Small
            .Concat(ModelChecks.WithoutRules)
            .Concat(ModelChecks.WithoutRules.Select(WithTheRule))
            .ToDictionary(scenario => scenario, scenario => new Lazy<CheckResult>(() => Checker.Run(scenario)));
        ahead = new ConcurrentQueue<Lazy<CheckResult>>(checks.Values.Reverse()); // the tests begin at the other end
        helpers = Task.WhenAll(Enumerable.Range(1, Environment.ProcessorCount - 1).Select(_ => Task.Run(WorkAhead)));
    }

    internal static Scenario WithTheRule(Scenario scenario) => scenario with { Without = Rule.None, Expected = Outcome.Safe };

    internal CheckResult Of(Scenario scenario) => checks[scenario].Value;

    public async ValueTask DisposeAsync()
    {
        disposed = true;
        await helpers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a check that failed did so in its test as well
    }

    private void WorkAhead()
    {
        while (!disposed && ahead.TryDequeue(out var check)) _ = check.Value;
    }
}
