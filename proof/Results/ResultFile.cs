using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Results;

/// <summary>What a run prints, kept for a file that states which command printed it, when, of which commit and on what machine.</summary>
public sealed class ResultFile
{
    private readonly StringBuilder text = new();

    /// <summary>To be made when the run starts: the commit is that of the code that runs.</summary>
    public ResultFile(string title, string[] args)
    {
        var program = Assembly.GetEntryAssembly()!;
        var configuration = program.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration;
        var command = string.Join(' ', args.Select(arg => arg.Contains(' ', StringComparison.Ordinal) ? $"\"{arg}\"" : arg));
        Keep($"# {title}");
        Keep("");
        Keep("Written by the command below, not by hand.");
        Keep("");
        Keep("| | |");
        Keep("|---|---|");
        Keep($"| command | `dotnet run -c {configuration} --project proof/{program.GetName().Name} -- {command}` |");
        Keep(string.Create(CultureInfo.InvariantCulture, $"| date | {DateTime.UtcNow:yyyy-MM-dd} |"));
        Keep($"| commit | {Commit()} |");
        Keep($"| machine | {Environment.ProcessorCount} × {Processor()}, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription} |");
        Keep("");
    }

    /// <summary>Prints a line, and keeps it.</summary>
    public void WriteLine(string line)
    {
        Console.WriteLine(line);
        Keep(line);
    }

    public void Save(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        File.WriteAllText(path, text.ToString());
    }

    private void Keep(string line) => text.Append(line).Append('\n');

    private static string Commit()
    {
        if (Git("rev-parse", "--short", "HEAD") is not { Length: > 0 } commit) return "unknown";
        return Git("status", "--porcelain", "--", ":/src", ":/proof") is { Length: 0 } ? commit : $"{commit}, changed";
    }

    private static string? Git(params string[] arguments)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true })!;
            var output = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // there is no git
        }
    }

    private static string Processor()
    {
        const string info = "/proc/cpuinfo";
        var model = File.Exists(info) ? File.ReadLines(info).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return model is null ? $"{RuntimeInformation.ProcessArchitecture}" : model[(model.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
