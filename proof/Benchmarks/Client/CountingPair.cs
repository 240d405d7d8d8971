using System.Globalization;
using Benchmarks.Common;
using Benchmarks.Serve;
using Processes;

namespace Benchmarks.Client;

/// <summary>Two <see cref="CountingEcho"/> processes, each started again in its place after a fault.</summary>
internal sealed class CountingPair : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string[][] arguments;
    private readonly string[] files = [Path.GetTempFileName(), Path.GetTempFileName()];
    private readonly ExecutionCounts[] counts;
    private readonly ServerProcess[] processes;

    public CountingPair(TimeSpan work, bool later)
    {
        var ports = FreePorts.Take(4).Select(port => $"tcp://127.0.0.1:{port}").ToArray();
        Voters = [ports[0], ports[3]];
        var handler = new[] { work.TotalMilliseconds.ToString(CultureInfo.InvariantCulture), later ? "true" : "false" };
        arguments =
        [
            ["counting", ports[0], "Primary", ports[1], ports[2], .. handler, files[0]],
            ["counting", ports[3], "Backup", ports[2], ports[1], .. handler, files[1]],
        ];
        counts = [new ExecutionCounts(files[0]), new ExecutionCounts(files[1])];
        processes = [.. arguments.Select(each => ServerProcess.Serve(each))];
    }

    public string[] Voters { get; }

    public int Id(int server) => processes[server].Id;

    /// <summary>How often both have executed a request.</summary>
    public int Executions(int request) => counts[0][request] + counts[1][request];

    /// <summary>The index of the active one, once it knows the other as passive.</summary>
    public int WaitUntilWhole()
    {
        var active = -1;
        Until.True(() => (active = Active()) >= 0, Limit, () => "one server was active and the other passive");
        return active;
    }

    public void Restart(int server)
    {
        Until.True(() => processes[server].HasEnded, Limit, () => "the server had ended");
        Children.Dispose(processes[server]);
        processes[server] = ServerProcess.Serve(arguments[server]);
    }

    public void Dispose()
    {
        foreach (var process in processes) Children.Dispose(process);
        foreach (var each in counts) each.Dispose();
        foreach (var file in files) File.Delete(file);
    }

    private int Active()
    {
        var reports = Array.ConvertAll(processes, process => process.Ask());
        for (var i = 0; i < 2; i++)
        {
            if (reports[i] is [1, _, 1] && reports[1 - i][1] == 1) return i;
        }

        return -1;
    }
}
