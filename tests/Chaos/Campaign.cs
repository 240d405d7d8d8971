namespace NetMQ.HighAvailability.Chaos;

/// <summary>A row of the table.</summary>
internal sealed record Row(Mischief Mischief, int Times, TimeSpan LongestOutage);

internal sealed record Outcome(IReadOnlyList<Row> Rows, int Faults, int Asked, int Answered, Findings Findings, string? Broken)
{
    public bool Passed => Broken is null && Findings is { Dual.Count: 0, Dead.Count: 0, Lost.Count: 0 };
}

/// <summary>So many faults in a row, and what the answers prove of them.</summary>
internal static class Campaign
{
    public static async Task<Outcome> Run(int faults, int seed, Action<string>? progress = null)
    {
        // Whoever reads a seed again gets the same mischief in the same order; real processes take their own time.
        var dice = new Random(seed);
        using var pair = new Pair(detectCrash: seed % 2 == 1);
        using var asker = new Asker([pair.Halves[0].Voter, pair.Halves[1].Voter]);
        var troublemaker = new Troublemaker(pair, dice);
        foreach (var half in pair.Halves) half.Start();

        var done = new List<(Mischief Mischief, DateTime From, DateTime To)>();
        string? broken = null;
        try
        {
            await troublemaker.BecomeWhole();
            foreach (var mischief in Draw(faults, dice))
            {
                var from = DateTime.Now;
                progress?.Invoke($"{done.Count + 1}: {mischief}");
                await troublemaker.Do(mischief);
                done.Add((mischief, from, DateTime.Now));
            }
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            broken = $"fault {done.Count + 1}: {e.Message}";
        }

        var (answers, unanswered) = asker.Read();
        var findings = Checker.Check(
            answers, unanswered, [.. pair.Halves.Select(half => half.Terms)], [.. pair.Halves.Select(half => half.Harmed)], DateTime.Now);
        return new Outcome(Rows(done, answers), done.Count, answers.Count + unanswered.Count, answers.Count, findings, broken);
    }

    // Each kind once before any comes again.
    private static IEnumerable<Mischief> Draw(int count, Random dice)
    {
        var kinds = Enum.GetValues<Mischief>();
        for (var i = 0; i < count; i++)
        {
            if (i % kinds.Length == 0) dice.Shuffle(kinds);
            yield return kinds[i % kinds.Length];
        }
    }

    private static List<Row> Rows(List<(Mischief Mischief, DateTime From, DateTime To)> done, List<Answer> answers)
    {
        var times = answers.Select(answer => answer.Received).Order().ToArray();
        return
        [
            .. done.GroupBy(fault => fault.Mischief).OrderBy(group => group.Key)
                .Select(group => new Row(group.Key, group.Count(), group.Max(fault => LongestGap(times, fault.From, fault.To)))),
        ];
    }

    private static TimeSpan LongestGap(DateTime[] times, DateTime from, DateTime to)
    {
        var longest = TimeSpan.Zero;
        var last = from;
        var i = Array.BinarySearch(times, from);
        for (i = i < 0 ? ~i : i; i < times.Length && times[i] < to; i++)
        {
            if (times[i] - last > longest) longest = times[i] - last;
            last = times[i];
        }

        return to - last > longest ? to - last : longest;
    }
}
