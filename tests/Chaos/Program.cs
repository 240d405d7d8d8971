using System.Diagnostics;
using System.Globalization;
using FailoverDemo;

namespace NetMQ.HighAvailability.Chaos;

internal static class Program
{
    private const string Usage =
        """
        Kills, stops, starves and misleads a pair of real EchoServer processes while a client asks both all the time.

        Usage: Chaos [options]

          --faults <n>   how many faults (100)
          --seed <n>     the faults and their order; without it a new one is drawn, and printed. Odd: with crash detection
          --quiet        do not say each fault on the error stream
          --help         this text

        Exit code: 0 if every property held, 1 if one did not, 2 on wrong usage.
        """;

    public static async Task<int> Main(string[] args)
    {
        var (faults, seed, quiet) = (100, Random.Shared.Next(1, 1_000_000), false);
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--help" or "-h":
                    Console.WriteLine(Usage);
                    return 0;
                case "--quiet": quiet = true; break;
                case "--faults" when Number(args, ref i, least: 1) is { } number: faults = number; break;
                case "--seed" when Number(args, ref i, least: 0) is { } number: seed = number; break;
                default:
                    Console.Error.WriteLine($"{args[i]}: no such option, or not with this value.\n\n{Usage}");
                    return 2;
            }
        }

        if (!Signals.AreSupported)
        {
            Console.Error.WriteLine("Stopping a process needs Linux or macOS.");
            return 2;
        }

        var clock = Stopwatch.StartNew();
        Console.WriteLine($"seed {seed}, H = {Pair.Heartbeat.TotalMilliseconds} ms, F = {Pair.FailoverTimeout.TotalMilliseconds} ms, crash detection {(seed % 2 == 1 ? "on" : "off")}");
        var outcome = await Campaign.Run(faults, seed, quiet ? null : Console.Error.WriteLine);
        Write(outcome, seed, clock.Elapsed);
        return outcome.Passed ? 0 : 1;
    }

    private static void Write(Outcome outcome, int seed, TimeSpan elapsed)
    {
        Console.WriteLine();
        Console.WriteLine("| fault | times | longest without an answer |");
        Console.WriteLine("|---|--:|--:|");
        foreach (var row in outcome.Rows)
            Console.WriteLine(FormattableString.Invariant($"| {row.Mischief} | {row.Times} | {row.LongestOutage.TotalMilliseconds:F0} ms |"));
        Console.WriteLine();
        var findings = outcome.Findings;
        foreach (var finding in findings.Dual.Take(5).Concat(findings.Dead.Take(5)).Concat(findings.Lost.Take(5))) Console.WriteLine(finding);
        if (outcome.Broken is { } broken) Console.WriteLine(broken);
        Console.WriteLine(FormattableString.Invariant(
            $"{(outcome.Passed ? "PASSED" : "FAILED")}: {outcome.Faults} faults, {outcome.Asked:N0} requests, {outcome.Answered:N0} answered, {findings.Dual.Count} dual accepts, {findings.Dead.Count} out of a dead term, {findings.Lost.Count} lost, seed {seed}, {elapsed.TotalSeconds:F0} s."));
    }

    private static int? Number(string[] args, ref int i, int least) =>
        ++i < args.Length && int.TryParse(args[i], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least ? number : null;
}
