using System.Diagnostics;
using System.Runtime.InteropServices;
using NetMQ.HighAvailability.Chaos.Checks;
using NetMQ.HighAvailability.Chaos.Triangles;
using Processes;
using Results;

namespace NetMQ.HighAvailability.Chaos;

internal static class Program
{
    private const int Held = 0;
    private const int Violated = 1;
    private const int BadUsage = 2;
    private const int BrokenOff = 130;

    public static async Task<int> Main(string[] args)
    {
        var line = CommandLine.Parse(args);
        if (line.WantsHelp)
        {
            Console.Write(CommandLine.Help);
            foreach (var kind in Mischiefs.All) Console.WriteLine($"  {kind,-20} {Mischiefs.Describe(kind)}");
            Console.WriteLine("\nWith --arbiter, each for H/2 to 1.25 times the lease:\n");
            foreach (var fault in Faults.All) Console.WriteLine($"  {fault,-23} {Faults.Describe(fault)}");
            Console.WriteLine("\n(*) Both may serve meanwhile, as two nodes alone cannot exclude; not after, and the pair must be whole again by itself.");
            return Held;
        }

        if (line.Wrong is null && !Signals.AreSupported) return Refuse("Stopping a process needs Linux or macOS.");
        if (line.Wrong is { } wrong) return Refuse(wrong);

        if (line.Arbiter is { } engine) return await RunTriangles(engine, line, new ResultFile("Chaos with an arbiter", args));
        var facilities = Facilities.Find(line.Loopback);
        var kinds = facilities.Possible.Where(kind => line.Only.Count == 0 || line.Only.Contains(kind)).ToArray();
        foreach (var (kind, why) in facilities.LeftOut.Where(left => line.Only.Count == 0 || line.Only.Contains(left.Key)))
            Console.WriteLine($"left out: {kind}: {why}");
        if (line.WantsKinds)
        {
            Console.WriteLine($"possible here: {string.Join(", ", kinds)}");
            return Held;
        }

        if (kinds.Length == 0) return Refuse("Nothing is left to do.");

        var plan = new Plan(line.Faults, line.Seed, line.Pairs, kinds, facilities, line.Async);
        return await Run(line, new ResultFile("Chaos", args), async (output, progress, over) =>
        {
            Report.Begin(output, plan);
            var clock = Stopwatch.StartNew();
            var outcome = await Campaign.Run(plan, progress, over);
            Report.Write(output, outcome, plan, clock.Elapsed);
            return outcome.Passed;
        });
    }

    private static async Task<int> RunTriangles(string engine, CommandLine line, ResultFile output)
    {
        if (line.OnlyFaults.Except(Faults.Of(engine)).Any()) return Refuse($"--only: {engine} has no members.");
        var plan = new TrianglePlan(engine, line.Faults, line.Seed, line.Pairs, line.OnlyFaults is { Count: > 0 } only ? only : Faults.Of(engine));
        return await Run(line, output, async (output, progress, over) =>
        {
            TriangleReport.Begin(output, plan);
            var clock = Stopwatch.StartNew();
            var outcome = await TriangleCampaign.Run(plan, progress, over);
            TriangleReport.Write(output, outcome, plan, clock.Elapsed);
            return outcome.Passed;
        });
    }

    private static async Task<int> Run(CommandLine line, ResultFile output, Func<ResultFile, Action<string>?, CancellationToken, Task<bool>> run)
    {
        // The servers are in sessions of their own: what ends this program must not leave them behind.
        using var over = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, BreakOff);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, BreakOff);
        void BreakOff(PosixSignalContext signal)
        {
            signal.Cancel = true;
            over.Cancel();
        }

        try
        {
            var passed = await run(output, line.Quiet ? null : text => Console.Error.WriteLine($"{Clock.Now:HH:mm:ss.fff} {text}"), over.Token);
            if (line.Report is { } file) output.Save(file);
            return passed ? Held : Violated;
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"BROKEN OFF, seed {line.Seed}.");
            return BrokenOff;
        }
    }

    private static int Refuse(string why)
    {
        Console.Error.WriteLine(why);
        return BadUsage;
    }
}
