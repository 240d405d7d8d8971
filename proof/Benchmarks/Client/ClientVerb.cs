using System.CommandLine;
using System.Runtime;
using Benchmarks.Common;

namespace Benchmarks.Client;

/// <summary>
/// The verb <c>client</c>: what following a pair costs a <c>BinaryStarClient</c>, against servers in processes
/// of their own that detect crashes. Each of its verbs has a target, and the exit code 1 when it was missed.
/// </summary>
internal static class ClientVerb
{
    private static readonly Option<int> Kills = Options.Positive("--count", "Kills of the active server", "N", () => 100);
    private static readonly Option<int> Faults = Options.Positive("--count", "Faults of each kind, for each handler and number of callers", "N", () => 5);
    private static readonly Option<int> Rounds = Options.Positive("--rounds", "Turns of each of the two", "N", () => 7);
    private static readonly Option<int> Seconds = Options.Positive("--seconds", "How long each is watched", "S", () => 30);
    private static readonly Option<int> Millions = Options.Positive("--millions", "Millions of requests", "N", () => 10);

    public static Command Create() => new("client", "What following a pair costs a BinaryStarClient: its gap at a kill, how often its requests are executed, its throughput, its idling, its memory.")
    {
        Verb(
            "failover", "How long no caller is answered when the active server is killed.", Kills, quick: 5,
            (kills, report, line) => FailoverBenchmark.Run(kills, report, line.GetValue(Options.Native), line.GetValue(Options.Plot)),
            Options.Native, Options.Plot),
        Verb("executions", "How often one request is executed while the pair changes hands.", Faults, quick: 1, (faults, report, _) => ExecutionsBenchmark.Run(faults, report)),
        Verb("throughput", "The client beside a bare DEALER loop, in turns.", Rounds, quick: 3, (rounds, report, _) => ThroughputBenchmark.Run(rounds, report)),
        Verb("idle", "The processor time of a client that has nothing to do.", Seconds, quick: 5, (seconds, report, _) => IdleBenchmark.Run(seconds, report)),
        Verb("allocation", "What many requests leave on the heap.", Millions, quick: 2, (millions, report, _) => AllocationBenchmark.Run(millions, report)),
    };

    private static Command Verb(string name, string description, Option<int> amount, int quick, Func<int, Report, ParseResult, Task> benchmark, params Option[] more)
    {
        var command = new Command(name, description) { amount, Options.Quick, Options.Json };
        foreach (var option in more) command.Add(option);
        command.SetBenchmark(async (line, report) =>
        {
            Report.WarnOfDebugBuild();

            // No collector beside the client: what it takes of the processor would be told as the client's.
            GCSettings.LatencyMode = GCLatencyMode.Batch;
            await benchmark(line.GetValue(Options.Quick) ? quick : line.GetValue(amount), report, line);
        });
        return command;
    }
}
