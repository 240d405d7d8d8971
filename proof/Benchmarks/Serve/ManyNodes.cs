using Benchmarks.Arbiters;
using NetMQ;
using NetMQ.HighAvailability;
using Processes;

namespace Benchmarks.Serve;

/// <summary>Pairs at default settings, all nodes in this process, idle.</summary>
internal sealed class ManyNodes : IServer
{
    // Seven for a node with a poller of its own; some to spare.
    private const int SocketsOfANode = 12;

    private readonly List<BinaryStar> nodes = [];
    private readonly List<NetMQPoller> shared = [];
    private readonly int[] statePorts;
    private readonly CountingArbiter? arbiter;

    /// <param name="count">How many nodes; two make a pair.</param>
    /// <param name="perPoller">How many of them share a poller; 1: none.</param>
    /// <param name="arbiter">That of all pairs, if they are to have one.</param>
    public ManyNodes(int count, int perPoller, CountingArbiter? arbiter = null)
    {
        this.arbiter = arbiter;
        NetMQConfig.MaxSockets = Math.Max(NetMQConfig.MaxSockets, count * SocketsOfANode);
        statePorts = FreePorts.Take(count);
        for (var i = 0; i < count; i++)
        {
            if (perPoller > 1 && i % perPoller == 0) shared.Add([]);
            var node = new BinaryStar(
                new BinaryStarOptions
                {
                    Role = i % 2 == 0 ? BinaryStarRole.Primary : BinaryStarRole.Backup,
                    LocalEndpoints = [$"tcp://127.0.0.1:{statePorts[i]}"],
                    RemoteEndpoints = [$"tcp://127.0.0.1:{statePorts[i ^ 1]}"],
                    Arbiter = arbiter,
                    Name = $"pair-{i / 2}",
                },
                poller: perPoller > 1 ? shared[^1] : null);
            node.RegisterVoter("tcp://127.0.0.1:0", ZmqSocketType.Router, _ => { });
            nodes.Add(node);
        }
    }

    public void Run()
    {
        nodes.ForEach(node => node.Start());
        shared.ForEach(poller => poller.RunAsync());
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>How many nodes are active, how many passive, how often a loop was interrupted, how often the arbiter was read and written, then all state ports.</summary>
    public long[] Report()
    {
        var all = nodes.ConvertAll(node => node.Status);
        return
        [
            all.Count(node => node.State == BinaryStarState.Active),
            all.Count(node => node.State == BinaryStarState.Passive),
            all.Sum(node => node.Interruptions),
            arbiter?.Reads ?? 0,
            arbiter?.Writes ?? 0,
            .. statePorts,
        ];
    }

    public void Dispose()
    {
        nodes.ForEach(node => node.Dispose());
        shared.ForEach(poller => poller.Dispose());
    }
}
