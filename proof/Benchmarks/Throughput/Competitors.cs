using System.Diagnostics;
using Benchmarks.Common;
using Processes;

namespace Benchmarks.Throughput;

/// <summary>All echo servers of a run, started and answering.</summary>
internal sealed class Competitors : IDisposable
{
    public const string Star = "BinaryStar";
    public const string StarMsg = "BinaryStar, handler with NetMQ's frames";
    public const string Batch = "NetMQ, drained in batches";
    public const string Again = "the same in another process";
    public const string Single = "NetMQ, one message per event";
    public const string NativeEcho = "libzmq echo in C";
    public const string NativeReactor = "libzmq poll reactor in C";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string folder = Directory.CreateTempSubdirectory("benchmarks").FullName;
    private readonly Queue<int> ports = new(FreePorts.Take(15));

    /// <param name="only">Which of them; all if null.</param>
    public Competitors(string[]? only = null)
    {
        if (Has(Star)) AddStar(Star, "star");
        if (Has(StarMsg)) AddStar(StarMsg, "star-frames");
        if (Has(Batch)) AddServer(Batch, managed: true, voter => ServerProcess.Serve("batch", voter));
        if (Has(Again)) AddServer(Again, managed: true, voter => ServerProcess.Serve("batch", voter));
        if (Has(Single)) AddServer(Single, managed: true, voter => ServerProcess.Serve("bare", voter));
        if (Has(NativeEcho)) AddNative(NativeEcho, "echo");
        if (Has(NativeReactor)) AddNative(NativeReactor, "reactor", NextEndpoint(), NextEndpoint());

        bool Has(string name) => only is null || only.Contains(name);
    }

    public List<Competitor> All { get; } = [];

    /// <summary>Where the passive node beside ours is asked in vain.</summary>
    public string PassiveVoter { get; private set; } = "";

    /// <summary>Where our two nodes say their state.</summary>
    public string[] StateEndpoints { get; private set; } = [];

    public Competitor? this[string name] => All.Find(competitor => competitor.Name == name);

    public void Dispose()
    {
        All.ForEach(competitor => competitor.Dispose());
        Directory.Delete(folder, recursive: true);
    }

    private string NextEndpoint() => $"tcp://127.0.0.1:{ports.Dequeue()}";

    private void AddStar(string name, string verb)
    {
        var (voter, passive, local, remote) = (NextEndpoint(), NextEndpoint(), NextEndpoint(), NextEndpoint());
        if (name == Star) (PassiveVoter, StateEndpoints) = (passive, [local, remote]);
        var start = Stopwatch.GetTimestamp();
        var backup = ServerProcess.Serve(verb, passive, "Backup", remote, local);
        var primary = ServerProcess.Serve(verb, voter, "Primary", local, remote);
        Add(new Competitor(name, voter, primary, managed: true, backup), start);
    }

    private void AddServer(string name, bool managed, Func<string, ServerProcess> begin)
    {
        var voter = NextEndpoint();
        var start = Stopwatch.GetTimestamp();
        Add(new Competitor(name, voter, begin(voter), managed), start);
    }

    private void AddNative(string name, string program, params string[] more)
    {
        if (NativeServers.TryCompile(program, folder, out var problem) is { } file)
            AddServer(name, managed: false, voter => ServerProcess.Start(file, [voter, .. more]));
        else
            Console.WriteLine($"{name}: skipped, {problem}");
    }

    private void Add(Competitor competitor, long start)
    {
        competitor.Client.WaitForAnswer(Limit);
        competitor.FirstAnswer = Stopwatch.GetElapsedTime(start);
        All.Add(competitor);
    }
}
