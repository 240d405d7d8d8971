using System.CommandLine;

namespace Benchmarks.Common;

/// <summary>What several verbs take.</summary>
internal static class Options
{
    public static readonly Option<bool> Quick = new("--quick") { Description = "Take less than a minute: too few samples to publish." };

    public static readonly Option<FileInfo?> Json = new("--json") { Description = "Write all tables to this file.", HelpName = "FILE" };

    public static readonly Option<FileInfo?> Plot = new("--plot") { Description = "Draw the outcome to this file.", HelpName = "FILE.png" };

    /// <summary>An option that must be at least 1.</summary>
    public static Option<int> Positive(string name, string description, string unit, Func<int> otherwise)
    {
        var option = new Option<int>(name) { Description = description, HelpName = unit, DefaultValueFactory = _ => otherwise() };
        option.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int>() < 1) given.AddError($"{name} must be 1 or more.");
        });
        return option;
    }
}
