using NetMQ.HighAvailability.Chaos.Checks;

namespace NetMQ.HighAvailability.Chaos.Triangles;

/// <summary>A fault that was done, from its begin until the triangle was whole again.</summary>
/// <param name="Fault">Its kind.</param>
/// <param name="What">What it was, in words.</param>
/// <param name="Gap">The longest time without an answer.</param>
/// <param name="Terms">How many terms have answered, with the one before.</param>
/// <param name="Stalled">A node had no processor for 2H meanwhile.</param>
internal sealed record DoneFault(Fault Fault, string What, TimeSpan Gap, int Terms, bool Stalled = false)
{
    /// <summary>The pair was whole, and yet the service changed hands, or paused.</summary>
    public bool IsNeedless => HasChanged && !Stalled;

    /// <summary>It did, on a machine that was too busy.</summary>
    public bool IsExcused => HasChanged && Stalled;

    private bool HasChanged => Faults.LeavesThePairWhole(Fault) && (Terms > 1 || Gap > Triangle.FailoverTimeout);

    public static IReadOnlyList<DoneFault> Of(IReadOnlyList<(Fault Fault, string What, Span Span)> done, IReadOnlyList<Answer> answers, IReadOnlyList<DateTime> stalls)
    {
        var inOrder = answers.OrderBy(answer => answer.Received).ToArray();
        var times = Array.ConvertAll(inOrder, answer => answer.Received);
        return [.. done.Select(fault => Of(fault, inOrder, times) with { Stalled = stalls.Any(fault.Span.Contains) })];
    }

    private static DoneFault Of((Fault Fault, string What, Span Span) fault, Answer[] inOrder, DateTime[] times)
    {
        var terms = new HashSet<long>();
        var (longest, last) = (TimeSpan.Zero, fault.Span.From);
        var i = Array.BinarySearch(times, fault.Span.From);
        i = i < 0 ? ~i : i;
        if (i > 0) terms.Add(inOrder[i - 1].Signature.Term);
        for (; i < times.Length && times[i] < fault.Span.To; i++)
        {
            terms.Add(inOrder[i].Signature.Term);
            if (times[i] - last > longest) longest = times[i] - last;
            last = times[i];
        }

        var gap = fault.Span.To - last > longest ? fault.Span.To - last : longest;
        return new DoneFault(fault.Fault, fault.What, gap, terms.Count);
    }
}

/// <param name="Done">The faults.</param>
/// <param name="Asked">Requests that were sent.</param>
/// <param name="Answered">Those that were answered.</param>
/// <param name="Tokens">Terms of which there are answers.</param>
/// <param name="Findings">What the answers prove.</param>
/// <param name="Broken">The fault that the triangle did not come back from; null: it always did.</param>
internal sealed record TriangleOutcome(IReadOnlyList<DoneFault> Done, int Asked, int Answered, int Tokens, TokenFindings Findings, string? Broken)
{
    public bool Passed => Broken is null && Findings.IsClean && !Needless.Any();

    public IEnumerable<DoneFault> Needless => Done.Where(fault => fault.IsNeedless);

    public static TriangleOutcome Merge(IReadOnlyList<TriangleOutcome> all) => new(
        [.. all.SelectMany(one => one.Done)],
        all.Sum(one => one.Asked),
        all.Sum(one => one.Answered),
        all.Sum(one => one.Tokens),
        TokenFindings.Merge([.. all.Select(one => one.Findings)]),
        all.Any(one => one.Broken is not null) ? string.Join(Environment.NewLine, all.Select(one => one.Broken).OfType<string>()) : null);
}
