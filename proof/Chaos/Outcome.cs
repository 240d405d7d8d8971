using NetMQ.HighAvailability.Chaos.Checks;

namespace NetMQ.HighAvailability.Chaos;

/// <summary>A row of the table.</summary>
internal sealed record Row(Mischief Mischief, int Times, TimeSpan LongestOutage)
{
    public static IReadOnlyList<Row> Of(IReadOnlyList<(Mischief Mischief, Span Span)> done, IReadOnlyList<Answer> answers)
    {
        var times = answers.Select(answer => answer.Received).Order().ToArray();
        return
        [
            .. done.GroupBy(fault => fault.Mischief).OrderBy(group => group.Key)
                .Select(group => new Row(group.Key, group.Count(), group.Max(fault => LongestGap(times, fault.Span)))),
        ];
    }

    private static TimeSpan LongestGap(DateTime[] times, Span span)
    {
        var longest = TimeSpan.Zero;
        var last = span.From;
        var i = Array.BinarySearch(times, span.From);
        for (i = i < 0 ? ~i : i; i < times.Length && times[i] < span.To; i++)
        {
            if (times[i] - last > longest) longest = times[i] - last;
            last = times[i];
        }

        return span.To - last > longest ? span.To - last : longest;
    }
}

/// <param name="Rows">One for each kind that was done.</param>
/// <param name="Asked">Requests that were sent.</param>
/// <param name="Answered">Those that were answered.</param>
/// <param name="Dropped">Packets that the servers' link lost.</param>
/// <param name="Delayed">Packets that it delayed.</param>
/// <param name="Findings">What the answers prove.</param>
/// <param name="Broken">The fault that the pair did not come back from; null: it always did.</param>
internal sealed record Outcome(
    IReadOnlyList<Row> Rows, int Asked, int Answered, long Dropped, long Delayed, Findings Findings, string? Broken)
{
    public bool Passed => Broken is null && Findings.IsClean;

    public int Faults => Rows.Sum(row => row.Times);

    public static Outcome Merge(IReadOnlyList<Outcome> all) => new(
        [
            .. all.SelectMany(one => one.Rows).GroupBy(row => row.Mischief).OrderBy(group => group.Key)
                .Select(group => new Row(group.Key, group.Sum(row => row.Times), group.Max(row => row.LongestOutage))),
        ],
        all.Sum(one => one.Asked),
        all.Sum(one => one.Answered),
        all.Sum(one => one.Dropped),
        all.Sum(one => one.Delayed),
        Findings.Merge([.. all.Select(one => one.Findings)]),
        all.Any(one => one.Broken is not null) ? string.Join(Environment.NewLine, all.Select(one => one.Broken).OfType<string>()) : null);
}
