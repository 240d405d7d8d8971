using System.Diagnostics;
using Benchmarks.Common;
using Benchmarks.Serve;
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

    public const string StarAgain = "BinaryStar in two more processes";
    public const string StarArbiter = "BinaryStar with an arbiter";

    public const string AsyncPoller = "asynchronous, on the node's thread";
    public const string AsyncPool = "asynchronous, on the pool";
    public const string AsyncQueue = "synchronous, with a queue for replies";

    /// <summary>With a synchronous handler, and without us.</summary>
    public static readonly string[] Usual = [Star, StarMsg, Batch, Again, Single, NativeEcho, NativeReactor];

    /// <summary>What may take its time for a request.</summary>
    public static readonly string[] Asynchronous = [AsyncPoller, AsyncPool, AsyncQueue];

    /// <summary>With an arbiter and without, and once more without, to see how far the comparison can be trusted.</summary>
    public static readonly string[] Arbitrated = [Star, StarArbiter, StarAgain];

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string folder = Directory.CreateTempSubdirectory("benchmarks").FullName;
    private readonly Queue<int> ports = new(FreePorts.Take(22));

    /// <param name="names">Which of them.</param>
    /// <param name="places">The most requests that an asynchronous one has in progress.</param>
    public Competitors(IReadOnlyList<string> names, int places = 1)
    {
        if (Has(Star)) AddStar(Star, "star");
        if (Has(StarArbiter)) AddStar(StarArbiter, "star-arbiter", Path.Combine(folder, "record"));
        if (Has(StarAgain)) AddStar(StarAgain, "star");
        if (Has(StarMsg)) AddStar(StarMsg, "star-frames");
        if (Has(AsyncPoller)) AddAsync(AsyncPoller, AsyncForm.PollerThread);
        if (Has(AsyncPool)) AddAsync(AsyncPool, AsyncForm.Pool);
        if (Has(AsyncQueue)) AddAsync(AsyncQueue, AsyncForm.Queue);
        if (Has(Batch)) AddServer(Batch, managed: true, voter => ServerProcess.Serve("batch", voter));
        if (Has(Again)) AddServer(Again, managed: true, voter => ServerProcess.Serve("batch", voter));
        if (Has(Single)) AddServer(Single, managed: true, voter => ServerProcess.Serve("bare", voter));
        if (Has(NativeEcho)) AddNative(NativeEcho, "echo");
        if (Has(NativeReactor)) AddNative(NativeReactor, "reactor", NextEndpoint(), NextEndpoint());

        bool Has(string name) => names.Contains(name);
        void AddAsync(string name, AsyncForm form) => AddStar(name, "star-async", $"{form}", $"{places}");
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

    private void AddStar(string name, string verb, params string[] more)
    {
        var (voter, passive, local, remote) = (NextEndpoint(), NextEndpoint(), NextEndpoint(), NextEndpoint());
        if (name == Star) (PassiveVoter, StateEndpoints) = (passive, [local, remote]);
        var start = Stopwatch.GetTimestamp();
        var backup = ServerProcess.Serve([verb, passive, "Backup", remote, local, .. more]);
        var primary = ServerProcess.Serve([verb, voter, "Primary", local, remote, .. more]);
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
