using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Processes;

/// <summary>One run of a sample in a process of its own, and all that it printed.</summary>
public sealed class SampleProcess : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<string> lines = [];
    private readonly List<string> errors = [];
    private readonly Process process;

    private SampleProcess(ProcessStartInfo start, Action<string>? onLine)
    {
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Add(lines, line.Data, onLine);
        process.ErrorDataReceived += (_, line) => Add(errors, line.Data, null);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <param name="program">Which sample; it is found beside this program.</param>
    /// <param name="arguments">The sample's own.</param>
    /// <param name="onLine">Called with each line of its standard output.</param>
    /// <param name="under">What is to become the sample, with its arguments, such as <c>env A=1</c>.</param>
    public static SampleProcess Start(
        string program, IEnumerable<string> arguments, Action<string>? onLine = null, IEnumerable<string>? under = null) =>
        Start([.. under ?? [], DotNet(), Path.Combine(AppContext.BaseDirectory, program + ".dll"), .. arguments], onLine);

    /// <param name="command">Any program, and its arguments.</param>
    /// <param name="onLine">Called with each line of its standard output.</param>
    public static SampleProcess Start(IEnumerable<string> command, Action<string>? onLine = null)
    {
        string[] words = [.. OwnSession(), .. command];
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.FileName = words[0];
        foreach (var argument in words[1..]) start.ArgumentList.Add(argument);
        start.Environment.TryAdd("DOTNET_EnableDiagnostics", "0"); // a killed runtime leaves its diagnostic sockets in the temporary folder
        return new SampleProcess(start, onLine);
    }

    public int Id => process.Id;

    /// <summary>Its standard output so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (gate) return [.. lines];
        }
    }

    /// <summary>Its standard error so far.</summary>
    public IReadOnlyList<string> Errors
    {
        get
        {
            lock (gate) return [.. errors];
        }
    }

    /// <summary>The last word of its last line; null before the first.</summary>
    public string? State => Lines is [.., var last] ? last.Split(' ')[^1] : null;

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    /// <summary>Ends the process as a crash does: it can do nothing about it.</summary>
    public void Kill() => Signals.SendKill(Id);

    /// <summary>Asks the process to end.</summary>
    public void Terminate() => Signals.SendTerminate(Id);

    /// <summary>Orders the process to hand the pair over.</summary>
    public void HandOver() => Signals.SendHandOver(Id);

    /// <summary>Orders the process to serve though it never met its peer.</summary>
    public void Promote() => Signals.SendPromote(Id);

    /// <summary>Writes a line to its standard input.</summary>
    public void Write(string line) => process.StandardInput.WriteLine(line);

    /// <summary>Stops the process in its tracks; it does not know. The kernel keeps its connections open.</summary>
    public void Freeze() => Signals.SendStop(Id);

    /// <summary>Lets a frozen process go on.</summary>
    public void Wake() => Signals.SendContinue(Id);

    /// <summary>Ends once the process has ended and all that it printed was read.</summary>
    public Task WaitForExitAsync(CancellationToken cancellation) => process.WaitForExitAsync(cancellation);

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }

    private void Add(List<string> to, string? line, Action<string>? onLine)
    {
        if (line is null) return; // the end of the stream
        lock (gate) to.Add(line);
        onLine?.Invoke(line);
    }

    // The runtime that runs this very program: dotnet/shared/Microsoft.NETCore.App/10.0.0 tells where it is.
    private static string DotNet()
    {
        var muxer = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        return File.Exists(muxer) ? muxer : "dotnet";
    }

    // A frozen process must be in a session of its own: when the process that started it ends, the kernel would
    // otherwise hang up the frozen one's whole group. setsid becomes the program it starts, with the same id.
    private static string[] OwnSession()
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "setsid"))
            .FirstOrDefault(File.Exists);
        return found is null ? [] : [found];
    }
}
