using System.ComponentModel;
using Benchmarks.Common;
using Processes;

namespace Benchmarks.Soak;

/// <summary>One fault of the active server, and how long no caller was answered.</summary>
internal sealed record Fault(TimeSpan At, string Kind, TimeSpan Gap);

/// <summary>
/// Takes the pair from its active server again and again. Only the primary dies, now by SIGKILL, now by SIGTERM; the
/// backup takes over, and at the next fault hands back. So one process of the pair lives as long as the soak, through
/// all deaths of its peer and all take-overs: if something is left behind by each, it is there that it adds up.
/// </summary>
internal sealed class Faults(EchoPair pair, Load load, Sampler sampler)
{
    private const string Kill = "SIGKILL of the primary";
    private const string Stop = "SIGTERM of the primary";
    private const string HandOver = "SIGUSR1 of the backup (hand-over)";

    public static readonly string[] Kinds = [Kill, Stop, HandOver];

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    // Until the first answers have found their callers.
    private static readonly TimeSpan Answers = TimeSpan.FromMilliseconds(50);

    private readonly List<Fault> struck = [];
    private bool killNext = true;

    public IReadOnlyList<Fault> Struck => struck;

    /// <summary>What a pair may never do.</summary>
    public List<string> Troubles { get; } = [];

    public void Run(TimeSpan duration, TimeSpan every)
    {
        try
        {
            // The first half of an interval belongs to no fault, and so does the last.
            for (var due = every / 2; due < duration; due += every)
            {
                SleepUntil(due);
                Strike();
            }

            SleepUntil(duration);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException or Win32Exception)
        {
            Troubles.Add(FormattableString.Invariant($"after {sampler.Now.TotalMinutes:0.0} min {e.Message}"));
        }

        if (pair.Nodes[1].HasEnded) Troubles.Add($"the backup ended by itself: {string.Join(' ', pair.Nodes[1].Errors.TakeLast(3))}");
    }

    /// <summary>What callers noticed of each kind of fault.</summary>
    public Table Table()
    {
        var table = new Table("Time in which no caller was answered, by fault", "fault", "count", "median ms", "max ms");
        foreach (var kind in Kinds)
        {
            var gaps = new Sample();
            foreach (var fault in struck.Where(fault => fault.Kind == kind)) gaps.Add(fault.Gap.TotalMilliseconds);
            table.Add(kind, gaps.Count, gaps.Median, gaps.Max);
        }

        return table;
    }

    private void SleepUntil(TimeSpan due)
    {
        var now = sampler.Now;
        if (due > now) Thread.Sleep(due - now);
    }

    private void Strike()
    {
        var victim = pair.WaitUntilWhole();
        var standby = pair.Nodes[1 - victim];
        var promotions = standby.Promotions;
        var at = sampler.Now;
        load.FaultGap.Take();
        var kind = victim == 0 ? EndPrimary() : HandBack();
        pair.WaitFor(() => standby.Promotions > promotions && pair.IsWhole && load.CurrentServer == standby.Voter);
        Thread.Sleep(Answers);
        var fault = new Fault(at, kind, load.FaultGap.Take());
        struck.Add(fault);
        Console.WriteLine($"{fault.At.TotalMinutes,5:0.0} min: {fault.Kind}, {fault.Gap.TotalMilliseconds:0} ms");
    }

    private string EndPrimary()
    {
        var primary = pair.Nodes[0];
        var kind = killNext ? Kill : Stop;
        if (killNext) Signals.SendKill(primary.Id);
        else Signals.SendTerminate(primary.Id);
        var exitCode = primary.WaitForExit(Limit);
        if (!killNext && exitCode != 0) Troubles.Add($"a server that was asked to stop ended with exit code {exitCode}");
        if (killNext) Thread.Sleep(PairTiming.Default.Heartbeat / 2); // as a supervisor would
        killNext = !killNext;
        primary.Start();
        return kind;
    }

    private string HandBack()
    {
        Signals.SendHandOver(pair.Nodes[1].Id);
        return HandOver;
    }
}
