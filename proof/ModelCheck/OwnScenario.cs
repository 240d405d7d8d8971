using System.Globalization;
using NetMQ.HighAvailability.ModelCheck.Model;

namespace NetMQ.HighAvailability.ModelCheck;

/// <summary>A scenario from key=value words.</summary>
internal static class OwnScenario
{
    /// <summary>Fails with a <see cref="FormatException"/> that says what is wrong.</summary>
    public static Scenario Parse(IReadOnlyList<string> words)
    {
        var scenario = new Scenario { Name = words.Count == 0 ? "no fault" : string.Join(' ', words) };
        foreach (var word in words)
        {
            var (key, value) = word.Split('=', 2) is [var k, var v] ? (k, v) : (word, "1");
            scenario = With(scenario, key, value);
        }

        return scenario;
    }

    private static Scenario With(Scenario s, string key, string value) => key switch
    {
        "crash" => s with { Crashes = Count(key, value) },
        "stop" => s with { Stops = Count(key, value) },
        "pause" => s with { Pauses = Count(key, value) },
        "lost" => s with { Losses = Count(key, value) },
        "handover" => s with { HandOvers = Count(key, value) },
        "promote" => s with { Promotions = Count(key, value) },
        "falseevidence" => s with { FalseEvidence = Count(key, value) },
        "garbage" => s with { Garbage = Count(key, value) },
        "link" => s with { LinkFaultCount = Count(key, value) },
        "kinds" => s with { LinkFaultKinds = Name<LinkFaults>(key, value) },
        "cutmax" => s with { LinkFaultMax = Number(key, value, 0, 100) },
        "H" => s with { H = Number(key, value, 4, 8) },
        "F" => s with { F = Number(key, value, 8, 48) },
        "D" => s with { D = Number(key, value, 0, 3) },
        "OH" => s with { OriginalH = Number(key, value, 1, 16) },
        "OF" => s with { OriginalF = Number(key, value, 1, 48) },
        "evidence" => s with { TrueEvidence = Number(key, value, 0, 1) == 1 },
        "instant" => s with { InstantRestart = Number(key, value, 0, 1) == 1 },
        "slow" => s with { SlowHandlers = Number(key, value, 0, 1) == 1 },
        "dualok" => s with { DualAcceptAllowed = Number(key, value, 0, 1) == 1 },
        "maydie" => s with { OriginalMayDie = Number(key, value, 0, 1) == 1 },
        "whocrash" => s with { MayCrash = Name<Who>(key, value) },
        "whopause" => s with { MayPause = Name<Who>(key, value) },
        "wholose" => s with { MayLose = Name<Who>(key, value) },
        "original" => s with { Original = Name<Who>(key, value) },
        "without" => s with { Without = Name<Rule>(key, value) },
        "expect" => s with { Expected = Name<Outcome>(key, value) },
        _ => throw new FormatException($"There is no key {key}."),
    };

    private static int Count(string key, string value) => Number(key, value, 0, 7);

    private static int Number(string key, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{key} is {value}; it takes a number from {least} to {most}.");

    private static T Name<T>(string key, string value)
        where T : struct, Enum =>
        Enum.TryParse<T>(value, out var name) ? name : throw new FormatException($"{key} is {value}; it takes {string.Join(", ", Enum.GetNames<T>())}.");
}
