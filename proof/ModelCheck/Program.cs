using System.Globalization;
using NetMQ.HighAvailability.ModelCheck.Arbiter;
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
                    foreach (var name in ModelChecks.All.Select(scenario => scenario.Name).Concat(ArbiterScenarios.All.Select(scenario => scenario.Name))) Console.WriteLine(name);
                    return 0;
                case "arbiter":
                    return CheckArbiter(ChosenArbiter(command), command, new ResultFile($"Model check: {string.Join(' ', command.Arguments.Prepend(command.Verb))}", args));
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
            var result = Checker.Run(scenario, command.Progress ? Console.Error.WriteLine : null);
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

    private static List<ArbiterScenario> ChosenArbiter(Command command)
    {
        IEnumerable<ArbiterScenario> chosen = command.Arguments switch
        {
            [] or ["small"] => ArbiterScenarios.Small.Concat(ArbiterScenarios.WithoutRules),
            ["large"] => ArbiterScenarios.Large,
            [var name, ..] => ArbiterScenarios.All.Where(s => s.Name.StartsWith(name, StringComparison.Ordinal)).ToList() is { Count: > 0 } named
                ? named : throw new FormatException($"No scenario is called {name}; list shows them all."),
        };
        return [.. chosen.Select(s => command.Limit > 0 ? s with { Limit = command.Limit } : s)];
    }

    private static int CheckArbiter(List<ArbiterScenario> scenarios, Command command, ResultFile output)
    {
        var (states, failed, elapsed) = (0L, 0, TimeSpan.Zero);
        output.WriteLine("| scenario | expected | found | states | seconds |");
        output.WriteLine("|---|---|---|--:|--:|");
        foreach (var scenario in scenarios)
        {
            var result = ArbiterSearch.Run(scenario, command.Progress ? Console.Error.WriteLine : null);
            states += result.States;
            elapsed += result.Elapsed;
            if (!result.AsExpected) failed++;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {scenario.Name} | {scenario.Expected} | {result.Outcome} | {result.States:N0} | {result.Elapsed.TotalSeconds:F1} |"));
            if (command.Trace || !result.AsExpected)
            {
                foreach (var line in result.Story) output.WriteLine($"    {line}");
            }
        }

        return Finish(scenarios.Count, failed, states, elapsed, command, output);
    }

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
