using NetMQ.HighAvailability.Chaos.Checks;
using NetMQ.HighAvailability.Chaos.Troubles;

namespace NetMQ.HighAvailability.Chaos;

/// <summary>What to do: the faults are divided among the pairs, which are side by side.</summary>
internal sealed record Plan(int Faults, int Seed, int Pairs, IReadOnlyList<Mischief> Kinds, Facilities Facilities, bool AllAsync = false)
{
    // Two bits of the seed decide about both, independently of each other.

    /// <summary>Whether the servers of a pair detect crashes.</summary>
    public bool DetectsCrash(int pair) => (Seed + pair) % 2 == 1;

    /// <summary>Whether their handlers are asynchronous.</summary>
    public bool IsAsync(int pair) => AllAsync || (Seed / 2 + pair) % 2 == 1;
}

/// <summary>So many faults, and what the answers prove of them.</summary>
internal static class Campaign
{
    public static async Task<Outcome> Run(Plan plan, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        var faults = Draw(plan).ToArray();
        var pairs = Enumerable.Range(0, plan.Pairs)
            .Select(pair => RunPair(pair, plan, [.. faults.Where((_, i) => i % plan.Pairs == pair)], progress, cancellation));
        return Outcome.Merge(await Task.WhenAll(pairs));
    }

    // The same seed gives the same faults in the same order; real processes take their own time.
    private static async Task<Outcome> RunPair(
        int number, Plan plan, IReadOnlyList<Mischief> faults, Action<string>? progress, CancellationToken cancellation)
    {
        var dice = new Random(plan.Seed + number);
        using var pair = new Pair(plan.Facilities.CreateNetwork(), plan.DetectsCrash(number), plan.IsAsync(number));
        var troublemaker = new Troublemaker(pair, dice);
        foreach (var half in pair.Halves) half.Start();

        var done = new List<(Mischief Mischief, Span Span)>();
        string? broken = null;
        try
        {
            await pair.Settle();
            foreach (var mischief in faults)
            {
                var from = Clock.Now;
                progress?.Invoke($"pair {number + 1}, {done.Count + 1} of {faults.Count}: {mischief}");
                pair.Journal.Add($"*** {mischief}");
                await troublemaker.Do(mischief).WaitAsync(cancellation);
                done.Add((mischief, new Span(from, Clock.Now)));
            }
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            broken = $"pair {number + 1}, fault {done.Count + 1}, {faults.ElementAtOrDefault(done.Count)}: {e.Message}";
        }

        var (answers, unanswered) = pair.Asker.Read();
        var findings = Checker.Check(new Evidence
        {
            Answers = answers,
            Unanswered = unanswered,
            InProgress = plan.IsAsync(number) ? Pair.InProgress : TimeSpan.Zero,
            Terms = [.. pair.Halves.Select(half => half.Terms)],
            Strangers = troublemaker.Strangers,
            Divided = troublemaker.Divided,
        });
        if (broken is not null || !findings.IsClean)
        {
            foreach (var half in pair.Halves) half.NoteErrors();
            broken = string.Join(Environment.NewLine, [.. broken is null ? [] : new[] { broken }, $"pair {number + 1}: what happened is in {pair.Journal.Save()}"]);
        }

        var packets = pair.Network.Cable?.Harm ?? (0, 0);
        return new Outcome(Row.Of(done, answers), answers.Count + unanswered.Count, answers.Count, packets.Dropped, packets.Delayed, findings, broken);
    }

    // Each kind once before any comes again.
    private static IEnumerable<Mischief> Draw(Plan plan)
    {
        var dice = new Random(plan.Seed);
        var kinds = plan.Kinds.ToArray();
        for (var i = 0; i < plan.Faults; i++)
        {
            if (i % kinds.Length == 0) dice.Shuffle(kinds);
            yield return kinds[i % kinds.Length];
        }
    }
}
