using NetMQ.HighAvailability.Chaos.Checks;
using Results;

namespace NetMQ.HighAvailability.Chaos;

/// <summary>What the program prints: the seed, a table, what was found, one line.</summary>
internal static class Report
{
    private const int Shown = 5;

    public static void Begin(ResultFile output, Plan plan) => output.WriteLine(
        $"seed {plan.Seed}, {plan.Pairs} pair(s), {(plan.Facilities.Namespaces ? "each server in a network namespace" : "on the loopback interface")}, "
        + $"H = {Pair.Heartbeat.TotalMilliseconds} ms, F = {Pair.FailoverTimeout.TotalMilliseconds} ms, "
        + $"crash detection {(plan.Pairs > 1 ? "in every other pair" : plan.DetectsCrash(0) ? "on" : "off")}, "
        + $"asynchronous handlers {(plan.AllAsync ? "everywhere" : plan.Pairs > 1 ? "in every other pair" : plan.IsAsync(0) ? "on" : "off")}");

    public static void Write(ResultFile output, Outcome outcome, Plan plan, TimeSpan elapsed)
    {
        output.WriteLine("");
        output.WriteLine("| fault | times | longest without an answer |");
        output.WriteLine("|---|--:|--:|");
        foreach (var row in outcome.Rows)
            output.WriteLine(FormattableString.Invariant($"| {row.Mischief} | {row.Times} | {row.LongestOutage.TotalMilliseconds:F0} ms |"));
        output.WriteLine("");
        Findings findings = outcome.Findings;
        foreach (var finding in findings.Dual.Take(Shown).Concat(findings.Dead.Take(Shown)).Concat(findings.Lost.Take(Shown))) output.WriteLine(finding);
        if (outcome.Broken is { } broken) output.WriteLine(broken);
        output.WriteLine(FormattableString.Invariant(
            $"{(outcome.Passed ? "PASSED" : "FAILED")}: {outcome.Faults} faults, {outcome.Asked:N0} requests, {outcome.Answered:N0} answered, ")
            + FormattableString.Invariant($"{outcome.Dropped:N0} packets of the pair's link lost and {outcome.Delayed:N0} delayed, {findings.Dual.Count} dual accepts ({findings.Divided:N0} more inside long cuts), ")
            + FormattableString.Invariant($"{findings.Dead.Count} out of a dead term, {findings.Lost.Count} lost, seed {plan.Seed}, {elapsed.TotalSeconds:F0} s."));
    }
}
