using System.Diagnostics;
using System.Globalization;

namespace Benchmarks.Common;

/// <summary>
/// A server in a process of its own: this program's hidden verb <c>serve</c>, or one in C. It says "ready" once it can
/// be asked, and ends with its standard input.
/// </summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process process;

    private ServerProcess(Process process) => this.process = process;

    public int Id => process.Id;

    public bool HasEnded => process.HasExited;

    /// <summary>From the start of the process until it was ready.</summary>
    public TimeSpan StartUp { get; private init; }

    /// <summary>The processor time it has taken so far.</summary>
    public TimeSpan CpuTime => Native.CpuTime(process.Id);

    public double ResidentMiB
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / (1024.0 * 1024.0);
        }
    }

    public int Threads
    {
        get
        {
            process.Refresh();
            return process.Threads.Count;
        }
    }

    /// <summary>Files, sockets and all else that it has open; null where the system does not tell.</summary>
    public int? OpenFiles => Directory.Exists($"/proc/{process.Id}/fd") ? Directory.GetFiles($"/proc/{process.Id}/fd").Length : null;

    /// <summary>Starts this program again as a server.</summary>
    public static ServerProcess Serve(params string[] arguments)
    {
        var self = Environment.ProcessPath!;
        var isMuxer = Path.GetFileNameWithoutExtension(self) == "dotnet";
        string[] verb = isMuxer ? [typeof(ServerProcess).Assembly.Location, "serve"] : ["serve"];
        return Start(self, [.. verb, .. arguments]);
    }

    public static ServerProcess Start(string program, params string[] arguments) => Children.Add(() =>
    {
        var started = Stopwatch.GetTimestamp();
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var line = process.StandardOutput.ReadLine();
        if (line != "ready") throw new InvalidOperationException($"the server {Path.GetFileName(program)} {string.Join(' ', arguments)} did not start: it said '{line}'");
        return new ServerProcess(process) { StartUp = Stopwatch.GetElapsedTime(started) };
    });

    /// <summary>Asks one of ours how it is: numbers, in the order of <c>ServerReport</c>.</summary>
    public long[] Ask()
    {
        process.StandardInput.WriteLine("report");
        var line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the server has ended");
        return [.. line.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }
}
