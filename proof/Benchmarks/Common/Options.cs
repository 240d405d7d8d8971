using System.CommandLine;
using System.CommandLine.Parsing;

namespace Benchmarks.Common;

/// <summary>What several verbs take.</summary>
internal static class Options
{
    public static readonly Option<bool> Quick = new("--quick") { Description = "Take about a minute at most: too few samples to publish." };

    public static readonly Option<FileInfo?> Json = new("--json") { Description = "Write all tables to this file.", HelpName = "FILE" };

    public static readonly Option<FileInfo?> Plot = new("--plot") { Description = "Draw the outcome to this file.", HelpName = "FILE.png" };

    /// <summary>Native code needs no time to compile itself, and leaves less to clear away when it is killed.</summary>
    public static readonly Option<FileInfo> Native = new Option<FileInfo>("--native") { Description = "Servers are this EchoServer, published with PublishAot", HelpName = "FILE" }.AcceptExistingOnly();

    /// <summary>What an option is for a validator of its command, which runs before the defaults are set.</summary>
    public static T? ValueOrDefault<T>(this CommandResult line, Option<T> option) => line.GetResult(option) is null ? (T?)option.GetDefaultValue() : line.GetValue(option);

    /// <summary>An option that must be at least 1.</summary>
    public static Option<int> Positive(string name, string description, string unit, Func<int> otherwise) => AtLeast(1, name, description, unit, otherwise);

    /// <summary>An option that must not be less than a number.</summary>
    public static Option<int> AtLeast(int least, string name, string description, string unit, Func<int> otherwise)
    {
        var option = new Option<int>(name) { Description = description, HelpName = unit, DefaultValueFactory = _ => otherwise() };
        option.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int>() < least) given.AddError($"{name} must be {least} or more.");
        });
        return option;
    }
}
