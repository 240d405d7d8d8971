using System.Diagnostics;
using System.Runtime.InteropServices;
using NetMQ.HighAvailability.Chaos.Checks;
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
            Console.WriteLine("\n(*) Both may serve meanwhile, as two nodes alone cannot exclude; not after, and the pair must be whole again by itself.");
            return Held;
        }

        if (line.Wrong is null && !Signals.AreSupported) return Refuse("Stopping a process needs Linux or macOS.");
        if (line.Wrong is { } wrong) return Refuse(wrong);

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

        return await Run(new Plan(line.Faults, line.Seed, line.Pairs, kinds, facilities, line.Async), line, new ResultFile("Chaos", args));
    }

    private static async Task<int> Run(Plan plan, CommandLine line, ResultFile output)
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

        Report.Begin(output, plan);
        var clock = Stopwatch.StartNew();
        try
        {
            var outcome = await Campaign.Run(plan, line.Quiet ? null : text => Console.Error.WriteLine($"{Clock.Now:HH:mm:ss.fff} {text}"), over.Token);
            Report.Write(output, outcome, plan, clock.Elapsed);
            if (line.Report is { } file) output.Save(file);
            return outcome.Passed ? Held : Violated;
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"BROKEN OFF, seed {plan.Seed}.");
            return BrokenOff;
        }
    }

    private static int Refuse(string why)
    {
        Console.Error.WriteLine(why);
        return BadUsage;
    }
}
