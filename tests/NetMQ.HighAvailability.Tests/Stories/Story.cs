using System.Globalization;
using System.Text.RegularExpressions;

namespace NetMQ.HighAvailability.Tests.Stories;

/// <summary>One step: what happens when, and how both nodes stand right after it.</summary>
internal sealed record StoryStep(int Line, TimeSpan At, string Act, string? Outcome, string Primary, string Backup);

/// <summary>A text file of steps; README.md beside the stories says how one is written.</summary>
internal sealed partial record Story(string Name, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<StoryStep> Steps)
{
    public static Story Read(string file) => Parse(Path.GetFileName(file), File.ReadAllLines(file));

    public static Story Parse(string name, IReadOnlyList<string> lines)
    {
        var settings = new Dictionary<string, string>();
        var steps = new List<StoryStep>();
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i].Split('#')[0].Trim();
            if (line.Length == 0) continue;
            if (Setting().Match(line) is { Success: true } setting)
            {
                if (steps.Count > 0) throw Wrong("a setting comes before the first step");
                settings[setting.Groups[1].Value] = setting.Groups[2].Value;
                continue;
            }

            var step = Step().Match(line);
            if (!step.Success) throw Wrong($"'{line}' is neither 'name = value' nor 'time  act -> outcome | primary backup'");
            var at = TimeSpan.FromMilliseconds(int.Parse(step.Groups["at"].ValueSpan, CultureInfo.InvariantCulture));
            if (steps.Count > 0 && at < steps[^1].At) throw Wrong("time goes forward");
            var outcome = step.Groups["outcome"] is { Success: true } group ? group.Value : null;
            steps.Add(new StoryStep(i + 1, at, step.Groups["act"].Value, outcome, step.Groups["primary"].Value, step.Groups["backup"].Value));

            FormatException Wrong(string what) => new($"{name}, line {i + 1}: {what}.");
        }

        return new Story(name, settings, steps);
    }

    [GeneratedRegex(@"^(\w+)\s*=\s*(.+)$")]
    private static partial Regex Setting();

    [GeneratedRegex(@"^(?<at>\d+)\s+(?<act>[^|>]*?)\s*(->\s*(?<outcome>[\w-]+)\s*)?\|\s*(?<primary>\S+)\s+(?<backup>\S+)$")]
    private static partial Regex Step();
}
