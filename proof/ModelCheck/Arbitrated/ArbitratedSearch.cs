using System.Diagnostics;
using NetMQ.HighAvailability.ModelCheck.Model;
using NetMQ.HighAvailability.ModelCheck.Search;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.ModelCheck.Arbitrated;

/// <summary>What a search found.</summary>
/// <param name="Scenario">What was asked.</param>
/// <param name="Outcome">The answer.</param>
/// <param name="States">How many worlds were seen.</param>
/// <param name="LongestOutage">After the faults, in ticks.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Story">The shortest way to the violation; empty if there is none.</param>
internal sealed record ArbitratedFinding(ArbitratedScenario Scenario, Outcome Outcome, long States, int LongestOutage, TimeSpan Elapsed, IReadOnlyList<string> Story)
{
    /// <summary>A search that its limit ended has refuted nothing.</summary>
    public bool AsExpected => Outcome == Scenario.Expected || (Outcome == Outcome.LimitReached && Scenario is { Expected: Outcome.Safe, Limit: > 0 });
}

/// <summary>Explores all worlds of a pair with an arbiter, breadth first.</summary>
internal sealed class ArbitratedSearch
{
    private readonly ArbitratedScenario scenario;
    private readonly Timing timing;
    private readonly ArbitratedSuccessors successors;
    private readonly VisitedSet<ulong> visited = new(); // the value: the hash of the world before
    private readonly VisitedSet<byte> outages = new(); // the value: in which tick one node serves, if all goes well from here
    private readonly List<ulong> way = [];
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private int longestOutage;

    private ArbitratedSearch(ArbitratedScenario scenario)
    {
        this.scenario = scenario;
        timing = scenario.Timing;
        successors = new ArbitratedSuccessors(scenario);
    }

    public static ArbitratedFinding Run(ArbitratedScenario scenario, Action<string>? progress = null) => new ArbitratedSearch(scenario).Explore(progress);

    private ArbitratedFinding Explore(Action<string>? progress)
    {
        var (level, next) = (new List<ArbitratedWorld>(), new List<ArbitratedWorld> { successors.Initial() });
        var spare = new Stack<ArbitratedWorld>();
        visited.At(Key(next[0]), out _);
        var (bad, badFrom, badHash) = (Outcome.Safe, 0UL, 0UL);
        for (var depth = 0; next.Count > 0; depth++)
        {
            (level, next) = (next, level);
            next.Clear();
            progress?.Invoke($"{scenario.Name}: depth {depth}, {visited.Count:N0} states, {watch.Elapsed.TotalSeconds:F0} s");
            foreach (var world in level)
            {
                var from = Key(world);
                successors.Of(world, telling: false, (after, _, violation) =>
                {
                    if (bad != Outcome.Safe) return;
                    var hash = Key(after);
                    ref var before = ref visited.At(hash, out var isNew);
                    if (isNew) before = from;
                    if (violation != Outcome.Safe)
                    {
                        (bad, badFrom, badHash) = (violation, from, hash);
                        return;
                    }

                    if (!isNew) return;
                    var kept = spare.TryPop(out var used) ? used : new ArbitratedWorld();
                    kept.CopyFrom(after);
                    next.Add(kept);
                    if (scenario.Liveness && !ServesInTime(after)) (bad, badFrom, badHash) = (Outcome.NotServing, from, hash);
                });
                if (bad != Outcome.Safe) return Finding(bad, Tell(badFrom, badHash, bad));
                spare.Push(world);
            }

            if (scenario.Limit > 0 && visited.Count >= scenario.Limit) return Finding(Outcome.LimitReached, []);
        }

        return Finding(Outcome.Safe, []);
    }

    // Follows the one way on which everything goes well from here, until one node serves or until what follows is known.
    private bool ServesInTime(ArbitratedWorld from)
    {
        if (from.Nodes[0].Status == Status.Dead && from.Nodes[1].Status == Status.Dead) return true;
        var world = successors.Healed(from);
        way.Clear();
        var ticks = 0;
        while (way.Count <= scenario.ServesWithin)
        {
            var hash = Key(world);
            ticks = outages.At(hash, out _);
            if (ticks > 0) break;
            way.Add(hash);
            if ((world.Nodes[0].Status == Status.Dead && world.Nodes[1].Status == Status.Dead) || successors.Benign(world)) break;
        }

        for (var i = way.Count - 1; i >= 0; i--) outages.At(way[i], out _) = (byte)++ticks;
        longestOutage = Math.Max(longestOutage, ticks);
        return ticks <= scenario.ServesWithin;
    }

    private ArbitratedFinding Finding(Outcome outcome, IReadOnlyList<string> story) => new(scenario, outcome, visited.Count, longestOutage, watch.Elapsed, story);

    private ulong Key(ArbitratedWorld world) => ArbitratedKey.Of(scenario, timing, world);

    // Follows the hashes back to the start, then takes the steps again that lead along them.
    private List<string> Tell(ulong from, ulong last, Outcome outcome)
    {
        var hashes = new Stack<ulong>([last]);
        for (var hash = from; hash != 0; hash = visited.At(hash, out _)) hashes.Push(hash);
        hashes.Pop();
        var story = new List<string>();
        var world = successors.Initial();
        var reached = new ArbitratedWorld();
        while (hashes.TryPop(out var wanted))
        {
            string? line = null;
            var isLast = hashes.Count == 0 && outcome != Outcome.NotServing;
            successors.Of(world, telling: true, (after, how, violation) =>
            {
                if (line is not null || Key(after) != wanted || violation != (isLast ? outcome : Outcome.Safe)) return;
                line = how ?? "";
                reached.CopyFrom(after);
            });
            var now = world.Now;
            world.CopyFrom(reached);
            if (line is null) throw new InvalidOperationException("The story has lost its way.");
            if (line.Length > 0) story.Add($"tick {now - 1000,3}: {line}");
        }

        story.Add($"     => {outcome}");
        return story;
    }
}
