using NetMQ.HighAvailability.Simulator.Faults;
using NetMQ.HighAvailability.Simulator.Life;

namespace NetMQ.HighAvailability.Simulator;

/// <summary>What a run has found, as tables and one last line.</summary>
internal static class Report
{
    public static bool Passed(Tally t) => t.Violations.Count == 0 && t.Dual == 0 && t.FalseFailovers == 0;

    public static void Write(TextWriter to, Plan plan, Tally t, TimeSpan elapsed)
    {
        string Text(FormattableString line) => FormattableString.Invariant(line);

        var years = (t.Simulated + t.Quiet) / TimeSpan.FromDays(365);
        to.WriteLine(Text($"seed {plan.Seed}: {plan.Pairs:N0} pairs, {years:N1} pair-years, {plan.Clients} clients each, H = {plan.Heartbeat.TotalMilliseconds} ms, F = 4H{(plan.Arbiter is { } policy ? $", an arbiter ({policy})" : "")}"));
        to.WriteLine(Text($"lived through in full: {t.Simulated.TotalHours:N0} h around {t.Incidents:N0} incidents; the rest is quiet time without a fault, counted and not simulated"));
        to.WriteLine();
        to.WriteLine("| fault | times |");
        to.WriteLine("|---|--:|");
        foreach (var kind in Enum.GetValues<FaultKind>().Where(kind => plan.Arbiter is not null || kind is not (FaultKind.ArbiterDown or FaultKind.ArbiterCut))) to.WriteLine(Text($"| {NameOf(kind)} | {t.Faults[(int)kind]:N0} |"));
        to.WriteLine();
        to.WriteLine("| found | within the promises | outside |");
        to.WriteLine("|---|--:|--:|");
        to.WriteLine(Text($"| incidents | {t.Incidents - t.IncidentsOutside:N0} | {t.IncidentsOutside:N0} |"));
        to.WriteLine(Text($"| two nodes accepting (requests and changes) | {t.Dual:N0} | {t.DualOutside.Values.Sum():N0} |"));
        foreach (var (why, count) in t.DualOutside) to.WriteLine(Text($"| – after {why} | | {count:N0} |"));
        to.WriteLine(Text($"| false failovers | {t.FalseFailovers:N0} | {t.FalseFailoversOutside:N0} |"));
        to.WriteLine();
        to.WriteLine("| pair | |");
        to.WriteLine("|---|--:|");
        to.WriteLine(Text($"| failovers on a request | {t.Failovers:N0} |"));
        to.WriteLine(Text($"| handed over | {t.HandedOver:N0} |"));
        to.WriteLine(Text($"| leases lost | {t.LeasesLost:N0} |"));
        to.WriteLine(Text($"| requests asked, accepted, answered in time, asked again | {t.Asked:N0}, {t.Accepted:N0}, {t.Answered:N0}, {t.Retried:N0} |"));
        to.WriteLine(Text($"| of servers that answer asynchronously, in half of the pairs: replies, accepted and not answered, times all places were taken | {t.Replied:N0}, {t.Unanswered:N0}, {t.Full:N0} |"));
        to.WriteLine(Text($"| planned changes with nothing in progress, with something after the time for it; begun beside the other node after that or a fault | {t.Drained:N0}, {t.NotDrained:N0}; {t.BothAtWork:N0} |"));
        to.WriteLine(Text($"| the library's client: answered, outcome unknown, timed out, changes of server | {t.FollowerAnswered:N0}, {t.FollowerUnknown:N0}, {t.FollowerTimedOut:N0}, {t.FollowerChanges:N0} |"));
        to.WriteLine(Text($"| its longest wait for an answer, whatever the faults | {t.FollowerWait.TotalSeconds:F1} s |"));
        to.WriteLine(Text($"| longest time without service, whatever the faults | {t.Outage.TotalSeconds:F1} s |"));
        to.WriteLine(Text($"| longest time from the last fault's end to a whole pair | {t.Recovery.TotalSeconds:F1} s |"));
        to.WriteLine();
        foreach (var violation in t.Violations.Take(10)) to.WriteLine(violation);
        to.WriteLine(Text($"{(Passed(t) ? "PASSED" : "FAILED")}: {years:N1} pair-years, {t.Incidents:N0} incidents, {t.Failovers:N0} failovers, {t.Dual} dual accepts and {t.FalseFailovers} false failovers within the promises, {t.Violations.Count} violations, seed {plan.Seed}, digest {t.Digest:x16}, {elapsed.TotalSeconds:F0} s."));
    }

    private static string NameOf(FaultKind kind) => kind switch
    {
        FaultKind.InstantRestart => "crash with a restart sooner than H/2",
        FaultKind.Stop => "clean stop and restart",
        FaultKind.PowerCut => "power cut of both",
        FaultKind.ClockStep => "clock set back or forward",
        FaultKind.Loss => "loss of one to five messages",
        FaultKind.Cut => "cut, both ways",
        FaultKind.OneWayCut => "cut, one way",
        FaultKind.Stall => "stall, one way or both",
        FaultKind.HandOver => "hand-over",
        FaultKind.ArbiterDown => "arbiter down",
        FaultKind.ArbiterCut => "one node cut off from the arbiter",
        FaultKind.FalseEvidence => "false evidence of a crash",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
