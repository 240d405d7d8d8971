using System.Globalization;
using NetMQ.HighAvailability.Fuzz.Targets;
using NetMQ.HighAvailability.Fuzz.Wire;
using SharpFuzz;

namespace NetMQ.HighAvailability.Fuzz;

internal delegate void Target(ReadOnlySpan<byte> input);

internal static class Program
{
    private const string Usage =
        """
        What AFL++ feeds with inputs, and what sums up a run of it. proof/Fuzz/run does the whole. 'random' needs no AFL++.

        Usage: Fuzz <verb>

          list                     the targets
          seeds <target> <folder>  write the inputs to begin with
          run <target> <file>      be fuzzed (under afl-fuzz, with an instrumented library); note memory in the file
          report <folder>          sum up what afl-fuzz left there, and report whether all is well
          replay <target> <file>…  run single inputs, such as a crash that was found
          random <target> <count> [<seconds> [<seed>]]
                                   run mutations of the seeds here, without guidance by edges; without seconds, the same
                                   ones for the same seed
          corpus <target> <count> <folder>
                                   the same, and write the seeds, and for each outcome the shortest input that came to it

        Exit code: 0 if all is well, 1 if not, 2 on wrong usage.
        """;

    // Nothing of the library may run before the fuzzer does: an instrumented one has nowhere to count.
    private static readonly Dictionary<string, (Target Run, Func<byte[][]> Seeds)> Targets = new()
    {
        ["message"] = (MessageTarget.Run, () => Seeds.Messages),
        ["reply"] = (ReplyTarget.Run, () => Seeds.Replies),
        ["endpoint"] = (EndpointTarget.Run, () => Seeds.Endpoints),
        ["options"] = (OptionsTarget.Node, () => Seeds.NodeOptions),
        ["client-options"] = (OptionsTarget.Client, () => Seeds.ClientOptions),
        ["key-file"] = (KeyFileTarget.Run, () => Seeds.KeyFiles),
        ["voter-null"] = (bytes => WireTargets.Null(WireRole.Voter, bytes), () => WireSeeds.Null(WireRole.Voter)),
        ["voter-curve"] = (bytes => WireTargets.Curve(WireRole.Voter, bytes), () => WireSeeds.Curve(WireRole.Voter)),
        ["publisher-null"] = (bytes => WireTargets.Null(WireRole.Publisher, bytes), () => WireSeeds.Null(WireRole.Publisher)),
        ["publisher-curve"] = (bytes => WireTargets.Curve(WireRole.Publisher, bytes), () => WireSeeds.Curve(WireRole.Publisher)),
        ["subscriber-null"] = (bytes => WireTargets.Null(WireRole.Subscriber, bytes), () => WireSeeds.Null(WireRole.Subscriber)),
        ["subscriber-curve"] = (bytes => WireTargets.Curve(WireRole.Subscriber, bytes), () => WireSeeds.Curve(WireRole.Subscriber)),
        ["client-null"] = (bytes => WireTargets.Null(WireRole.Client, bytes), () => WireSeeds.Null(WireRole.Client)),
        ["client-curve"] = (bytes => WireTargets.Curve(WireRole.Client, bytes), () => WireSeeds.Curve(WireRole.Client)),
    };

    /// <summary>Runs one input of a target.</summary>
    public static void Replay(string target, byte[] input) => Targets[target].Run(input);

    public static int Main(string[] args)
    {
        switch (args)
        {
            case ["--help" or "-h"]:
                Console.WriteLine(Usage);
                return 0;
            case ["list"]:
                foreach (var name in Targets.Keys) Console.WriteLine(name);
                return 0;
            case ["report", var folder]:
                return Report.Write(Console.Out, folder, Targets.Keys) ? 0 : 1;
            case ["seeds", var name, var folder] when Targets.TryGetValue(name, out var target):
                Directory.CreateDirectory(folder);
                foreach (var (i, seed) in target.Seeds().Index()) File.WriteAllBytes(Path.Combine(folder, i.ToString(CultureInfo.InvariantCulture)), seed);
                return 0;
            case ["run", var name, var file] when Targets.TryGetValue(name, out var target):
                BeFuzzed(target.Run, new MemoryLog(file));
                return 0;
            case ["replay", var name, .. var files] when Targets.TryGetValue(name, out var target):
                foreach (var file in files) target.Run(File.ReadAllBytes(file));
                return 0;
            case ["random", var name, var count] when Targets.ContainsKey(name):
                return RunRandom(name, count, seconds: "86400", seed: "1") ? 0 : 1;
            case ["random", var name, var count, var seconds] when Targets.ContainsKey(name):
                return RunRandom(name, count, seconds, seed: "1") ? 0 : 1;
            case ["random", var name, var count, var seconds, var seed] when Targets.ContainsKey(name):
                return RunRandom(name, count, seconds, seed) ? 0 : 1;
            case ["corpus", var name, var count, var folder] when Targets.ContainsKey(name):
                return RunRandom(name, count, seconds: "86400", seed: "1", folder) ? 0 : 1;
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }

    private static bool RunRandom(string name, string count, string seconds, string seed, string? corpus = null)
    {
        var target = Targets[name];
        var run = new RandomRun(name, target.Run, target.Seeds(), int.Parse(seed, CultureInfo.InvariantCulture));
        var good = run.Run(Console.Out, long.Parse(count, CultureInfo.InvariantCulture), TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)));
        run.WriteOutcomes(Console.Out);
        if (corpus is not null) run.WriteCorpus(corpus);
        return good;
    }

    // One process for all inputs: what one leaves behind, the next would find.
    private static void BeFuzzed(Target run, MemoryLog memory)
    {
        var input = new MemoryStream();
        Fuzzer.Run(stream =>
        {
            input.SetLength(0);
            stream.CopyTo(input);
            run(input.GetBuffer().AsSpan(0, (int)input.Length));
            memory.Count();
        });
    }
}
