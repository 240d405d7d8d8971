using System.CommandLine;
using Benchmarks.Arbiters;
using Benchmarks.Client;
using Benchmarks.Drain;
using Benchmarks.Failover;
using Benchmarks.Micro;
using Benchmarks.Scale;
using Benchmarks.Serve;
using Benchmarks.Soak;
using Benchmarks.Throughput;

namespace Benchmarks.Common;

/// <summary>The verbs, and the exit code: 0 when the run went through, 2 on bad usage, 1 on a fault.</summary>
internal static class Verbs
{
    private const int Fault = 1;
    private const int BadUsage = 2;

    public static int Run(string[] args)
    {
        var serve = ServeVerb.Create();
        serve.Hidden = true;
        var root = new RootCommand("Benchmarks of NetMQ.HighAvailability. Run a Release build on an otherwise idle machine.")
        {
            FailoverVerb.Create(),
            DrainVerb.Create(),
            ThroughputVerb.Create(),
            ConnectionsVerb.Create(),
            CurveVerb.Create(),
            ClientVerb.Create(),
            MicroVerb.Create(),
            ScaleVerb.Create(),
            ArbiterVerb.Create(),
            SoakVerb.Create(),
            serve,
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0) return parsed.Invoke();

        foreach (var error in parsed.Errors) Console.Error.WriteLine($"error: {error.Message}");
        Console.Error.WriteLine();
        parsed.CommandResult.Command.Parse("--help").Invoke(new InvocationConfiguration { Output = Console.Error });
        return BadUsage;
    }

    /// <summary>Has a verb's benchmark run, and its report end as the options ask.</summary>
    public static void SetBenchmark(this Command command, Action<ParseResult, Report> benchmark) => command.SetAction(line =>
    {
        var report = new Report(FullName(command));
        try
        {
            benchmark(line, report);
            report.Finish(line.GetValue(Options.Json));
            return report.Failed ? Fault : 0;
        }
#pragma warning disable CA1031 // Whatever ended the benchmark, its user is told in one line rather than with a stack.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine($"error: {fault.GetType().Name}: {fault.Message.ReplaceLineEndings(" ")}");
            return Fault;
        }
    });

    public static void SetBenchmark(this Command command, Func<ParseResult, Report, Task> benchmark) =>
        command.SetBenchmark((line, report) => benchmark(line, report).GetAwaiter().GetResult());

    // As it is typed: a verb within a verb comes after it.
    private static string FullName(Command command) =>
        command.Parents.OfType<Command>().SingleOrDefault(parent => parent is not RootCommand) is { } parent ? $"{parent.Name} {command.Name}" : command.Name;
}
