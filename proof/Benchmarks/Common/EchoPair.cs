using System.Diagnostics;
using NetMQ.HighAvailability;
using Processes;

namespace Benchmarks.Common;

/// <summary>A primary and a backup echo server on free loopback ports.</summary>
internal sealed class EchoPair : IDisposable
{
    // An address of this run's own, where the system takes all of 127.0.0.0/8 for itself: whoever else tests on this
    // machine cannot take the port of a server that is down, and answer for it.
    private static readonly string Address = OperatingSystem.IsLinux()
        ? $"127.{Random.Shared.Next(1, 255)}.{Random.Shared.Next(1, 255)}.{Random.Shared.Next(1, 255)}"
        : "127.0.0.1";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static int started;

    /// <param name="timing">Of both.</param>
    /// <param name="detectCrash">Whether a dead peer is noticed.</param>
    /// <param name="native">The server, if it is not the one beside this program.</param>
    /// <param name="more">More options for each of the two.</param>
    public EchoPair(PairTiming timing, bool detectCrash, FileInfo? native = null, Func<int, string[]>? more = null)
        : this(new EchoProgram(native), timing, detectCrash, more)
    {
    }

    /// <param name="program">The server.</param>
    /// <param name="timing">Of both.</param>
    /// <param name="detectCrash">Whether a dead peer is noticed.</param>
    /// <param name="more">More options for each of the two.</param>
    public EchoPair(ServerProgram program, PairTiming timing, bool detectCrash, Func<int, string[]>? more = null)
    {
        var name = $"pair-{Interlocked.Increment(ref started)}"; // an arbiter remembers pairs that are no more
        var ports = FreePorts.Take(4).Select(port => $"tcp://{Address}:{port}").ToArray();
        Nodes = [Node(0, new("primary", ports[0], ports[1], ports[2])), Node(1, new("backup", ports[3], ports[2], ports[1]))];
        foreach (var node in Nodes) node.Start();

        EchoNode Node(int index, ServerProgram.Place place) =>
            new(program, place.Voter, place.Local, [.. program.Arguments(name, place, timing, detectCrash), .. more?.Invoke(index) ?? []]);
    }

    public IReadOnlyList<EchoNode> Nodes { get; }

    /// <summary>Where clients reach the two.</summary>
    public string[] Voters => [.. Nodes.Select(node => node.Voter)];

    /// <summary>Whether one is active and the other passive.</summary>
    public bool IsWhole => (Nodes[0].IsActive && Nodes[1].IsPassive) || (Nodes[1].IsActive && Nodes[0].IsPassive);

    /// <summary>The index of the active one, once one is active and the other passive.</summary>
    public int WaitUntilWhole()
    {
        WaitFor(() => IsWhole);
        return Nodes[0].IsActive ? 0 : 1;
    }

    public BinaryStarClient NewClient(int maxOutstanding = 1000) => new(new BinaryStarClientOptions { Servers = Voters, MaxOutstanding = maxOutstanding });

    public void WaitFor(Func<bool> condition) => Until.True(
        condition,
        Limit,
        () => $"the pair was no longer {Nodes[0].State} and {Nodes[1].State}; {string.Join(' ', Nodes.SelectMany(node => node.Errors.TakeLast(3)))}");

    /// <summary>
    /// Has both run before others that want a core, as a supervisor should: at once after their start, for a thread
    /// begins with the priority of the one that makes it.
    /// </summary>
    public void TakePriority()
    {
        foreach (var node in Nodes) Process.GetProcessById(node.Id).PriorityClass = ProcessPriorityClass.High;
    }

    public void Dispose()
    {
        foreach (var node in Nodes) node.Dispose();
    }
}

/// <summary>The timing that both servers of a pair are given.</summary>
internal readonly record struct PairTiming(TimeSpan Heartbeat, TimeSpan FailoverTimeout)
{
    /// <summary>What a pair has that says nothing else.</summary>
    public static PairTiming Default { get; } = Of(new BinaryStarOptions());

    public PairTiming(int heartbeatMs, int failoverTimeoutMs)
        : this(TimeSpan.FromMilliseconds(heartbeatMs), TimeSpan.FromMilliseconds(failoverTimeoutMs))
    {
    }

    private static PairTiming Of(BinaryStarOptions options) => new(options.HeartbeatInterval, options.FailoverTimeout);

    public override string ToString() => $"{Heartbeat.TotalMilliseconds:0}/{FailoverTimeout.TotalMilliseconds:0} ms";
}
