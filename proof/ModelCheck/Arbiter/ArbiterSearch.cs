using System.Diagnostics;
using System.Runtime.InteropServices;
using NetMQ.HighAvailability.ModelCheck.Search;

namespace NetMQ.HighAvailability.ModelCheck.Arbiter;

/// <summary>What a search found.</summary>
/// <param name="Scenario">What was asked.</param>
/// <param name="Outcome">The answer.</param>
/// <param name="States">How many worlds were seen.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Story">The shortest way to the violation; empty if there is none.</param>
internal sealed record ArbiterResult(ArbiterScenario Scenario, ArbiterOutcome Outcome, long States, TimeSpan Elapsed, IReadOnlyList<string> Story)
{
    /// <summary>A search that its limit ended has refuted nothing.</summary>
    public bool AsExpected => Outcome == Scenario.Expected || (Outcome == ArbiterOutcome.LimitReached && Scenario is { Expected: ArbiterOutcome.Safe, Limit: > 0 });
}

/// <summary>Explores all worlds of two nodes and an arbiter, breadth first.</summary>
internal sealed class ArbiterSearch
{
    private readonly ArbiterScenario scenario;
    private readonly ArbiterSteps steps;
    private readonly WorldCodec codec;
    private readonly VisitedSet<ulong> visited = new(); // the value: the hash of the world before
    private readonly Stopwatch watch = Stopwatch.StartNew();

    private ArbiterSearch(ArbiterScenario scenario)
    {
        this.scenario = scenario;
        steps = new ArbiterSteps(scenario);
        codec = new WorldCodec(scenario);
    }

    public static ArbiterResult Run(ArbiterScenario scenario, Action<string>? progress = null) => new ArbiterSearch(scenario).Explore(progress);

    private ArbiterResult Explore(Action<string>? progress)
    {
        var (level, next) = (new List<WorldKey>(), new List<WorldKey> { codec.Encode(steps.Initial(), out _) });
        visited.At(next[0].Hash(), out _);
        var world = new ArbiterWorld();
        var (bad, badFrom) = (ArbiterOutcome.Safe, 0UL);
        ulong badHash = 0;
        for (var depth = 0; next.Count > 0; depth++)
        {
            (level, next) = (next, level);
            next.Clear();
            progress?.Invoke($"{scenario.Name}: depth {depth}, {visited.Count:N0} states, {watch.Elapsed.TotalSeconds:F0} s");
            foreach (var key in CollectionsMarshal.AsSpan(level))
            {
                var hash = key.Hash();
                codec.Decode(key, world);
                steps.After(world, (_, _, after) =>
                {
                    if (bad != ArbiterOutcome.Safe) return;
                    var outcome = after.Judge();
                    var reached = codec.Encode(after, out _);
                    var reachedHash = reached.Hash();
                    ref var before = ref visited.At(reachedHash, out var isNew);
                    if (!isNew) return;
                    before = hash;
                    next.Add(reached);
                    if (outcome == ArbiterOutcome.Safe) return;
                    (bad, badFrom, badHash) = (outcome, hash, reachedHash);
                });
                if (bad != ArbiterOutcome.Safe) return Result(bad, Tell(badFrom, badHash));
            }

            if (scenario.Limit > 0 && visited.Count >= scenario.Limit) return Result(ArbiterOutcome.LimitReached, []);
        }

        return Result(ArbiterOutcome.Safe, []);
    }

    private ArbiterResult Result(ArbiterOutcome outcome, IReadOnlyList<string> story) => new(scenario, outcome, visited.Count, watch.Elapsed, story);

    // Follows the hashes back to the start, then takes the steps again that lead along them.
    private List<string> Tell(ulong from, ulong last)
    {
        var hashes = new Stack<ulong>([last]);
        for (var hash = from; hash != 0; hash = visited.At(hash, out _)) hashes.Push(hash);
        var key = codec.Encode(steps.Initial(), out var mirrored);
        hashes.Pop();

        var story = new List<string>();
        var world = new ArbiterWorld();
        var reached = new ArbiterWorld();
        while (hashes.TryPop(out var wanted))
        {
            codec.Decode(key, world);
            WorldKey? taken = null;
            var (line, turns) = ("", false);
            steps.After(world, (what, who, after) =>
            {
                if (taken is not null) return;
                after.Judge();
                var candidate = codec.Encode(after, out var turned);
                if (candidate.Hash() != wanted) return;
                taken = candidate;
                turns = turned;
                line = who < 0 ? what : $"{Name(mirrored ? 1 - who : who)} {what}";
                reached.CopyFrom(after);
            });
            key = taken ?? throw new InvalidOperationException("The story has lost its way.");
            story.Add($"{line}   [{Describe(reached, mirrored)}]");
            mirrored ^= turns;
        }

        return story;
    }

    private static string Name(int who) => who == 0 ? "A" : "B";

    private static string Describe(ArbiterWorld world, bool mirrored)
    {
        var nodes = from place in Enumerable.Range(0, 2) let who = mirrored ? 1 - place : place select $"{Name(mirrored ? 1 - who : who)} {Describe(world, world.Nodes[who])}";
        var record = world.Record is not { } r ? "none" : $"{Name(ArbiterWorld.HolderOf(r) ^ (mirrored ? 1 : 0))} {r.Token}{(r.Lease > TimeSpan.Zero ? " leased" : "")}";
        return $"{string.Join("; ", nodes)}; record {record}";
    }

    private static string Describe(ArbiterWorld world, in ArbiterNode node)
    {
        if (!node.IsAlive) return "dead";
        ref readonly var m = ref node.Memory;
        var state = m.Token == 0 ? "not active" : $"ACTIVE {m.Token}, peer {Left(m.PeerUntil, node.Now)}, lease {Left(m.LeaseUntil, node.Now)}";
        if (node.Now < m.PromisedUntil) state += $", promises {Left(m.PromisedUntil, node.Now)} for {(m.PromisedToken is { } token ? token : "?")}";
        if (m.Request is { } request) state += $", {request.Operation} {node.Phase}";
        if (m.IsKnown) state += m.Version == world.Version ? ", knows the record" : ", knows an old record";
        return state;
    }

    private static int Left(TimeSpan until, TimeSpan now) => until <= now ? 0 : ArbiterWorld.TicksOf(until - now);
}
