using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Transport;

/// <summary>What other threads may see of a node: how it stood at the end of its last turn, or at its last change. Any thread.</summary>
internal sealed class Board(PairMemory memory, int paths)
{
    private readonly Lock gate = new();
    private readonly TimeSpan?[] pathsHeard = new TimeSpan?[paths];
    private Counters counters;
    private PairMemory memory = memory;

    public void Show(in Counters counters, in PairMemory memory, IReadOnlyList<PeerPath> paths)
    {
        lock (gate)
        {
            this.counters = counters;
            this.memory = memory;
            for (var i = 0; i < pathsHeard.Length; i++) pathsHeard[i] = paths[i].LastHeard;
        }
    }

    /// <param name="now">The clock; asked when no turn can come between.</param>
    public NodeReading Read(Func<TimeSpan> now)
    {
        lock (gate) return new NodeReading(counters, memory, [.. pathsHeard], now());
    }
}
