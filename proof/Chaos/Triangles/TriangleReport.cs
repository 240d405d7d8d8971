using Results;

namespace NetMQ.HighAvailability.Chaos.Triangles;

/// <summary>What the program prints: the seed, a table, what was found, one line.</summary>
internal static class TriangleReport
{
    private const int Shown = 5;

    public static void Begin(ResultFile output, TrianglePlan plan) => output.WriteLine(
        $"arbiter {plan.Engine}, seed {plan.Seed}, {plan.Pairs} pair(s), each with an arbiter of its own, each corner in a network namespace, "
        + $"H = {Triangle.Heartbeat.TotalMilliseconds} ms, F = {Triangle.FailoverTimeout.TotalMilliseconds} ms, L = {Triangle.Lease.TotalMilliseconds} ms, "
        + $"crash detection {(plan.Pairs > 1 ? "in every other pair" : plan.DetectsCrash(0) ? "on" : "off")}");

    public static void Write(ResultFile output, TriangleOutcome outcome, TrianglePlan plan, TimeSpan elapsed)
    {
        output.WriteLine("");
        output.WriteLine("The gap is the longest time without an answer to either client, from the fault's begin until the pair is whole again.");
        output.WriteLine("");
        output.WriteLine("| fault | | times | changed hands | gap, median | longest |");
        output.WriteLine("|---|---|--:|--:|--:|--:|");
        foreach (var kind in outcome.Done.GroupBy(fault => fault.Fault).OrderBy(kind => kind.Key)) output.WriteLine(Row(kind.Key, [.. kind]));
        output.WriteLine("");
        if (outcome.Done.Where(fault => fault.Fault == Fault.Two).OrderByDescending(fault => fault.Gap).Take(Shown).ToArray() is { Length: > 0 } worst)
        {
            output.WriteLine("The longest gaps of two faults at once:");
            output.WriteLine("");
            foreach (var fault in worst) output.WriteLine($"- {Milliseconds(fault.Gap)}: {fault.What}");
            output.WriteLine("");
        }

        var findings = outcome.Findings;
        foreach (var finding in findings.Late.Take(Shown).Concat(findings.Wrong.Take(Shown))) output.WriteLine($"- {finding}");
        foreach (var fault in outcome.Needless.Take(Shown)) output.WriteLine($"- {fault.What}: {fault.Terms} terms and a gap of {Milliseconds(fault.Gap)}, though the pair was whole");
        if (outcome.Broken is { } broken) output.WriteLine(broken);
        output.WriteLine(FormattableString.Invariant(
            $"{(outcome.Passed ? "PASSED" : "FAILED")}: {outcome.Done.Count} faults, {outcome.Asked:N0} requests, {outcome.Answered:N0} accepted in {outcome.Tokens:N0} terms, ")
            + FormattableString.Invariant($"{findings.Late.Count} under a token after a higher one ({findings.Frozen} more decided on before a process was frozen), {findings.Wrong.Count} with a wrong token, ")
            + FormattableString.Invariant($"{outcome.Needless.Count()} changes or pauses while the pair was whole ({outcome.Done.Count(fault => fault.IsExcused)} more when a node had no processor for 2H), seed {plan.Seed}, {elapsed.TotalSeconds:F0} s."));
    }

    private static string Row(Fault kind, DoneFault[] done)
    {
        var gaps = done.Select(fault => fault.Gap).Order().ToArray();
        return FormattableString.Invariant(
            $"| {kind} | {Faults.Describe(kind)} | {done.Length} | {done.Count(fault => fault.Terms > 1)} | {Milliseconds(gaps[gaps.Length / 2])} | {Milliseconds(gaps[^1])} |");
    }

    private static string Milliseconds(TimeSpan time) => FormattableString.Invariant($"{time.TotalMilliseconds:F0} ms");
}
