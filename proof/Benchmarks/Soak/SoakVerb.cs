using System.CommandLine;
using Benchmarks.Common;

namespace Benchmarks.Soak;

/// <summary>The verb <c>soak</c>: a pair under full load whose active server fails again and again, and nothing may grow.</summary>
internal static class SoakVerb
{
    private const int LeastSecondsBetweenFaults = 5; // a server that was killed starts and settles within that, on a busy machine too

    private static readonly Option<int> Minutes = Options.Positive("--minutes", "How long", "N", () => 60);
    private static readonly Option<int> Callers = Options.Positive("--callers", "Callers that never rest", "N", () => 64);
    private static readonly Option<int> FailoverEvery = Options.AtLeast(LeastSecondsBetweenFaults, "--failover-every", "Seconds from one fault of the active server to the next", "S", () => 60);

    private static readonly Option<string?> Async = new("--async") { Description = "Servers handle requests asynchronously, and wait as EchoServer takes it: 0, 20, 0-200", HelpName = "MS" };

    public static Command Create()
    {
        var command = new Command(
            "soak",
            "An hour of full load in which the active server fails every minute: the primary is killed or stopped, the backup hands back. "
            + "Fails if a request is lost or answered wrongly, or if the memory, handles, threads or latencies of the backup or the client grow. Linux only.")
        {
            Minutes, Callers, FailoverEvery, Async, Options.Quick, Options.Json, Options.Plot,
        };
        command.SetBenchmark(Measure);
        return command;
    }

    private static void Measure(ParseResult line, Report report)
    {
        Report.WarnOfDebugBuild();
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException("the memory and handles of a process are read from /proc");

        var quick = line.GetValue(Options.Quick);
        var duration = TimeSpan.FromMinutes(quick ? 1 : line.GetValue(Minutes));
        using var pair = new EchoPair(PairTiming.Default, detectCrash: true, more: _ => line.GetValue(Async) is { } wait ? ["--async", wait] : []);
        pair.WaitUntilWhole();
        using var load = new Load(pair, line.GetValue(Callers));
        load.WaitForAnswer();
        using var sampler = new Sampler(pair, load, every: TimeSpan.FromSeconds(quick ? 1 : 5));
        var faults = new Faults(pair, load, sampler);
        faults.Run(duration, every: TimeSpan.FromSeconds(quick ? 6 : line.GetValue(FailoverEvery)));
        sampler.Stop();
        load.Stop();

        var blocks = Block.Sixths(sampler.Moments, faults.Struck, duration);
        report.Add(Block.Table(blocks));
        report.Add(faults.Table());
        report.Keep(Moment.Table(sampler.Moments));
        report.Summarise(FormattableString.Invariant($"{load.Answered:N0} requests answered through {faults.Struck.Count} faults, longest gap {blocks.Max(block => block.LongestGapMs):0} ms"));
        foreach (var trouble in faults.Troubles.Concat(load.Troubles())) report.Fail(trouble);
        Flatness.Judge(blocks, judgeMemory: !quick, report);
        if (line.GetValue(Options.Plot) is { } file) Picture.Draw(file, sampler.Moments, faults.Struck);
    }
}
