using NetMQ.HighAvailability.Chaos.Checks;

namespace NetMQ.HighAvailability.Chaos.Triangles;

/// <summary>What to do: the faults are divided among the triangles, which are side by side, each with an arbiter of its own.</summary>
internal sealed record TrianglePlan(string Engine, int Count, int Seed, int Pairs, IReadOnlyList<Fault> Kinds)
{
    /// <summary>Whether the servers of a pair detect crashes.</summary>
    public bool DetectsCrash(int pair) => (Seed + pair) % 2 == 1;
}

/// <summary>So many faults, and what the answers prove of them.</summary>
internal static class TriangleCampaign
{
    public static async Task<TriangleOutcome> Run(TrianglePlan plan, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        var faults = Draw(plan).ToArray();
        var pairs = Enumerable.Range(0, plan.Pairs)
            .Select(pair => Run(pair, plan, [.. faults.Where((_, i) => i % plan.Pairs == pair)], progress, cancellation));
        return TriangleOutcome.Merge(await Task.WhenAll(pairs));
    }

    // The same seed gives the same faults in the same order; real processes take their own time.
    private static async Task<TriangleOutcome> Run(
        int number, TrianglePlan plan, IReadOnlyList<Fault> faults, Action<string>? progress, CancellationToken cancellation)
    {
        using var triangle = new Triangle(plan.Engine, plan.DetectsCrash(number));
        var maker = new FaultMaker(triangle, Faults.Of(plan.Engine), new Random(plan.Seed + number));
        var done = new List<(Fault Fault, string What, Span Span)>();
        string? broken = null;
        try
        {
            await triangle.StartAsync();
            foreach (var fault in faults)
            {
                var from = Clock.Now;
                triangle.Journal.Add($"*** {fault}");
                var what = await maker.Do(fault).WaitAsync(cancellation);
                done.Add((fault, what, new Span(from, Clock.Now)));
                progress?.Invoke($"pair {number + 1}, {done.Count} of {faults.Count}: {what}, {(Clock.Now - from).TotalSeconds:F1} s");
            }
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            broken = $"pair {number + 1}, fault {done.Count + 1}, {faults.ElementAtOrDefault(done.Count)}: {e.Message}";
        }

        var (answers, unanswered) = triangle.Asker.Read();
        var findings = TokenChecker.Check(answers, [.. triangle.Nodes.Select(node => node.Frozen)]);
        var rows = DoneFault.Of(done, answers, [.. triangle.Nodes.SelectMany(node => node.Stalls)]);
        if (broken is not null || !findings.IsClean || rows.Any(row => row.IsNeedless))
        {
            foreach (var node in triangle.Nodes) node.NoteErrors();
            progress?.Invoke($"pair {number + 1}: what happened is in {triangle.Journal.Save()}");
        }

        return new TriangleOutcome(rows, answers.Count + unanswered.Count, answers.Count, answers.Select(answer => answer.Signature.Term).Distinct().Count(), findings, broken);
    }

    // Each kind once before any comes again.
    private static IEnumerable<Fault> Draw(TrianglePlan plan)
    {
        var dice = new Random(plan.Seed);
        var kinds = plan.Kinds.ToArray();
        for (var i = 0; i < plan.Count; i++)
        {
            if (i % kinds.Length == 0) dice.Shuffle(kinds);
            yield return kinds[i % kinds.Length];
        }
    }
}
