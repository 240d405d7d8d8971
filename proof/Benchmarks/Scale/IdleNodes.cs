using Benchmarks.Common;

namespace Benchmarks.Scale;

/// <summary>Nodes with nothing to do, all in one process of their own.</summary>
internal sealed class IdleNodes(int nodes, int perPoller, bool arbiter = false) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    public ServerProcess Server { get; } = ServerProcess.Serve(arbiter ? "nodes-arbiter" : "nodes", $"{nodes}", $"{perPoller}");

    public void WaitUntilWhole() => Until.True(
        () => Look() is var now && now.Active == now.Passive && now.Active == nodes / 2,
        Limit,
        () => $"all of {nodes} nodes were in pairs: {Look()}");

    public Counts Look() => Server.Ask() is [var active, var passive, var interruptions, var reads, var writes, ..]
        ? new Counts(active, passive, interruptions, reads, writes)
        : throw new InvalidOperationException("the nodes say nothing");

    /// <summary>Where some of them publish their state, evenly chosen.</summary>
    public IEnumerable<string> StateEndpoints(int most) => Server.Ask()[5..].Chunk(Math.Max(1, nodes / most)).Select(some => $"tcp://127.0.0.1:{some[0]}");

    public void Dispose() => Children.Dispose(Server);

    /// <param name="Active">How many nodes are active.</param>
    /// <param name="Passive">How many are passive.</param>
    /// <param name="Interruptions">How often a loop was interrupted.</param>
    /// <param name="Reads">How often their arbiter was read.</param>
    /// <param name="Writes">How often it was to be written.</param>
    public readonly record struct Counts(long Active, long Passive, long Interruptions, long Reads, long Writes);
}
