using System.Globalization;
using NetMQ.HighAvailability.ModelCheck.Arbiter;
using NetMQ.HighAvailability.ModelCheck.Arbitrated;
using NetMQ.HighAvailability.ModelCheck.Model;
using NetMQ.HighAvailability.ModelCheck.Search;
using Results;

namespace NetMQ.HighAvailability.ModelCheck;

internal static class Program
{
    public static int Main(string[] args)
    {
        try
        {
            var command = Command.Parse(args);
            switch (command.Verb)
            {
                case "help":
                    Console.WriteLine(Command.Usage);
                    return 0;
                case "list":
                    foreach (var name in ModelChecks.All.Select(scenario => scenario.Name).Concat(ArbiterScenarios.All.Select(scenario => scenario.Name)).Concat(ArbitratedScenarios.All.Select(scenario => scenario.Name))) Console.WriteLine(name);
                    return 0;
                case "arbiter":
                    return CheckArbiter(command, new ResultFile($"Model check: {string.Join(' ', command.Arguments.Prepend(command.Verb))}", args));
                default:
                    return Check(Chosen(command), command, new ResultFile($"Model check: {command.Verb}", args));
            }
        }
        catch (FormatException wrong)
        {
            Console.Error.WriteLine(wrong.Message);
            Console.Error.WriteLine();
            Console.Error.WriteLine(Command.Usage);
            return 2;
        }
    }

    private static List<Scenario> Chosen(Command command)
    {
        var chosen = command.Verb switch
        {
            "small" => [.. ModelChecks.Small, .. ModelChecks.WithoutRules],
            "large" => [.. ModelChecks.Large],
            "try" => [OwnScenario.Parse(command.Arguments)],
            _ => command.Arguments.SelectMany(Named).Distinct().ToList(),
        };
        return chosen.ConvertAll(s => s with
        {
            Limit = command.Limit > 0 ? command.Limit : s.Limit,
            Liveness = s.Liveness && !command.SafetyOnly,
        });
    }

    private static List<Scenario> Named(string name)
    {
        var named = ModelChecks.All.Where(s => s.Name == name).ToList();
        if (named.Count == 0) named = ModelChecks.All.Where(s => s.Name.StartsWith(name, StringComparison.Ordinal)).ToList();
        return named.Count > 0 ? named : throw new FormatException($"No scenario is called {name}; list shows them all.");
    }

    private static int Check(List<Scenario> scenarios, Command command, ResultFile output)
    {
        var (states, failed, elapsed) = (0L, 0, TimeSpan.Zero);
        output.WriteLine("| scenario | expected | found | states | with calms | ticks without service | seconds |");
        output.WriteLine("|---|---|---|--:|--:|--:|--:|");
        foreach (var scenario in scenarios)
        {
            var result = Checker.Run(scenario, Progress(command));
            states += result.States + result.CalmStates;
            elapsed += result.Elapsed;
            if (!result.AsExpected) failed++;
            output.WriteLine(Row(result));
            if (command.Trace || !result.AsExpected)
            {
                foreach (var line in result.Trace) output.WriteLine($"    {line}");
            }
        }

        return Finish(scenarios.Count, failed, states, elapsed, command, output);
    }

    private static int CheckArbiter(Command command, ResultFile output)
    {
        var (rules, pairs) = Chosen(command.Arguments);
        output.WriteLine("| scenario | expected | found | states | ticks without service | seconds |");
        output.WriteLine("|---|---|---|--:|--:|--:|");
        var (states, failed, elapsed) = (0L, 0, TimeSpan.Zero);
        foreach (var scenario in rules)
        {
            var found = ArbiterSearch.Run(command.Limit > 0 ? scenario with { Limit = command.Limit } : scenario, Progress(command));
            Add(found.States, found.Elapsed, found.AsExpected, $"| {scenario.Name} | {scenario.Expected} | {found.Outcome} | {found.States:N0} | – | {found.Elapsed.TotalSeconds:F1} |", found.Story);
        }

        foreach (var scenario in pairs)
        {
            var found = ArbitratedSearch.Run(
                scenario with { Limit = command.Limit > 0 ? command.Limit : scenario.Limit, Liveness = scenario.Liveness && !command.SafetyOnly }, Progress(command));
            var outage = found.Scenario.Liveness && found.Outcome == Outcome.Safe ? $"{found.LongestOutage} of {scenario.ServesWithin}" : "–";
            Add(found.States, found.Elapsed, found.AsExpected, $"| {scenario.Name} | {scenario.Expected} | {found.Outcome} | {found.States:N0} | {outage} | {found.Elapsed.TotalSeconds:F1} |", found.Story);
        }

        return Finish(rules.Count + pairs.Count, failed, states, elapsed, command, output);

        void Add(long some, TimeSpan took, bool asExpected, FormattableString row, IReadOnlyList<string> story)
        {
            states += some;
            elapsed += took;
            if (!asExpected) failed++;
            output.WriteLine(FormattableString.Invariant(row));
            if (!command.Trace && asExpected) return;
            foreach (var line in story) output.WriteLine($"    {line}");
        }
    }

    private static (List<ArbiterScenario> Rules, List<ArbitratedScenario> Pairs) Chosen(IReadOnlyList<string> arguments)
    {
        if (arguments is [] or ["small"]) return ([.. ArbiterScenarios.Small, .. ArbiterScenarios.WithoutRules], [.. ArbitratedScenarios.Small, .. ArbitratedScenarios.WithoutRules]);
        if (arguments is ["large"]) return ([.. ArbiterScenarios.Large], [.. ArbitratedScenarios.Large]);
        var name = arguments[0];
        var rules = ArbiterScenarios.All.Where(s => s.Name.StartsWith(name, StringComparison.Ordinal)).ToList();
        var pairs = ArbitratedScenarios.All.Where(s => s.Name.StartsWith(name, StringComparison.Ordinal)).ToList();
        return rules.Count + pairs.Count > 0 ? (rules, pairs) : throw new FormatException($"No scenario is called {name}; list shows them all.");
    }

    private static Action<string>? Progress(Command command) => command.Progress ? Console.Error.WriteLine : null;

    private static int Finish(int scenarios, int failed, long states, TimeSpan elapsed, Command command, ResultFile output)
    {
        output.WriteLine("");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(failed == 0 ? "PASSED" : "FAILED")}: {scenarios} scenarios, {failed} not as expected, {states:N0} states in {elapsed.TotalSeconds:F0} s."));
        if (command.Report is { } file) output.Save(file);
        return failed == 0 ? 0 : 1;
    }

    private static string Row(CheckResult r)
    {
        var outage = r.Scenario.Liveness && r.Outcome == Outcome.Safe ? $"{r.LongestOutage} of {r.Scenario.ServesWithin}" : "–";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {r.Scenario.Name} | {r.Scenario.Expected} | {r.Outcome} | {r.States:N0} | {r.States + r.CalmStates:N0} | {outage} | {r.Elapsed.TotalSeconds:F1} |");
    }
}
