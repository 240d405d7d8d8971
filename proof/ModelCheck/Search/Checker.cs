using System.Diagnostics;
using System.Runtime.InteropServices;
using NetMQ.HighAvailability.ModelCheck.Model;

namespace NetMQ.HighAvailability.ModelCheck.Search;

/// <summary>What a check found.</summary>
internal sealed record CheckResult
{
    public required Scenario Scenario { get; init; }

    public required Outcome Outcome { get; init; }

    /// <summary>Distinct worlds, of the search and of the calms that follow each.</summary>
    public required long States { get; init; }

    public required long CalmStates { get; init; }

    public required int Depth { get; init; }

    /// <summary>The longest that the pair was without exactly one serving node after its last fault, in ticks.</summary>
    public required int LongestOutage { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>The shortest way to the violation, in plain text; empty if there is none.</summary>
    public required IReadOnlyList<string> Trace { get; init; }

    /// <summary>A search that its limit ended has refuted nothing.</summary>
    public bool AsExpected => Outcome == Scenario.Expected || (Outcome == Outcome.LimitReached && Scenario.Expected == Outcome.Safe);
}

/// <summary>Explores a scenario breadth first.</summary>
internal sealed class Checker
{
    private readonly Scenario scenario;
    private readonly Successors successors;
    private readonly CalmSearch calm;
    private readonly VisitedSet<ulong> visited = new(); // the value: the hash of the world before
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private List<World> level = [];
    private List<World> next = [];

    private Checker(Scenario scenario)
    {
        this.scenario = scenario;
        successors = new Successors(scenario);
        calm = new CalmSearch(scenario, successors);
    }

    public static CheckResult Run(Scenario scenario, Action<string>? progress = null) => new Checker(scenario).Explore(progress);

    private CheckResult Explore(Action<string>? progress)
    {
        var steps = new List<Step>();
        visited.At(successors.Initial.Hash(), out _);
        next.Add(successors.Initial);
        for (var depth = 0; next.Count > 0; depth++)
        {
            (level, next) = (next, level);
            next.Clear();
            progress?.Invoke($"{scenario.Name}: depth {depth}, {visited.Count:N0} states, {watch.Elapsed.TotalSeconds:F0} s");
            foreach (ref readonly var world in CollectionsMarshal.AsSpan(level))
            {
                if (scenario.Liveness && calm.Search(world) is { } end) return Refuted(depth, world, end);

                var hash = world.Hash();
                successors.Of(world, steps);
                foreach (var step in steps)
                {
                    if (step.Violation != Outcome.Safe) return Refuted(depth, world, [step]);
                    ref var before = ref visited.At(step.World.Hash(), out var isNew);
                    if (!isNew) continue;
                    before = hash;
                    next.Add(step.World);
                }
            }

            if (scenario.Limit > 0 && visited.Count + calm.Count >= scenario.Limit) return Result(Outcome.LimitReached, depth, []);
        }

        return Result(Outcome.Safe, 0, []);
    }

    private CheckResult Refuted(int depth, in World last, List<Step> end)
    {
        var way = WayTo(last);
        way.AddRange(end);
        return Result(end[^1].Violation, depth, new Narrator(successors).Describe(way));
    }

    private CheckResult Result(Outcome outcome, int depth, IReadOnlyList<string> trace) => new()
    {
        Scenario = scenario,
        Outcome = outcome,
        States = visited.Count,
        CalmStates = calm.Count,
        Depth = depth,
        LongestOutage = calm.Longest,
        Elapsed = watch.Elapsed,
        Trace = trace,
    };

    /// <summary>Follows the hashes back to the start, then takes the steps again that lead along them.</summary>
    private List<Step> WayTo(in World last)
    {
        var hashes = new Stack<ulong>();
        for (var hash = last.Hash(); hash != 0; hash = visited.At(hash, out _)) hashes.Push(hash);

        var way = new List<Step>();
        var steps = new List<Step>();
        var world = successors.Initial;
        hashes.Pop();
        while (hashes.TryPop(out var wanted))
        {
            successors.Of(world, steps);
            var step = steps.First(s => s.World.Hash() == wanted);
            way.Add(step);
            world = step.World;
        }

        return way;
    }
}
