using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace Benchmarks.Common;

/// <summary>What a benchmark found: tables as they come, one summary line at the end.</summary>
internal sealed class Report(string verb)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly List<Table> tables = [];
    private readonly List<string> summary = [];
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly string? loadBefore = LoadAverage();

    /// <summary>Something happened that must never happen.</summary>
    public bool Failed { get; private set; }

    /// <summary>Tells that this build's figures mean nothing, if so.</summary>
    public static void WarnOfDebugBuild()
    {
        var build = typeof(Report).Assembly.GetCustomAttribute<DebuggableAttribute>();
        if (build is { IsJITOptimizerDisabled: true }) Console.WriteLine("warning: this is a Debug build: run with -c Release for figures that mean something");
    }

    public void Add(Table table)
    {
        tables.Add(table);
        table.Print();
    }

    /// <summary>Only for the file of --json: too long for anyone to read.</summary>
    public void Keep(Table table) => tables.Add(table);

    /// <summary>A part of the summary line.</summary>
    public void Summarise(string part) => summary.Add(part);

    public void Fail(string what)
    {
        Failed = true;
        Summarise($"FAILED: {what}");
    }

    /// <summary>The last part of the summary line of what has a target; the run has failed when it was missed.</summary>
    public void Target(bool met, string target)
    {
        if (met) Summarise($"target met: {target}");
        else Fail($"target missed: {target}");
    }

    public void Finish(FileInfo? json)
    {
        var load = loadBefore is null ? "" : $", load average before {loadBefore}";
        var line = $"{verb}: {string.Join("; ", summary)} ({Stopwatch.GetElapsedTime(started).TotalSeconds:0} s on {Environment.ProcessorCount} cores{load})";
        if (json is not null)
        {
            var content = new
            {
                verb,
                time = DateTimeOffset.UtcNow,
                cores = Environment.ProcessorCount,
                loadBefore,
                runtime = Environment.Version.ToString(),
                summary = line,
                tables = tables.Select(table => new { title = table.Title, rows = table.Rows }),
            };
            File.WriteAllText(json.FullName, JsonSerializer.Serialize(content, Indented));
        }

        Console.WriteLine();
        Console.WriteLine(line);
    }

    // How many threads wanted a core in the minute before: above nought, others were measured as well.
    private static string? LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : null;
}
