using NetMQ.HighAvailability.Nodes.Links;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>
/// What other threads see of a node: one snapshot, replaced as a whole by the poller's thread. The node's state,
/// term, status and metrics are views of it, so that no two of them ever disagree. Any thread; continuations
/// never run on the caller's thread.
/// </summary>
internal sealed class NodeStatus : IDisposable
{
    private readonly Lock gate = new();
    private readonly TimeSpan?[] pathsReceived;
    private NodeCounters counters;
    private PairMemory memory;
    private PeerStatus peer;
    private BinaryStarState state;
    private long termNumber;
    private BinaryStarTerm? term;
    private readonly string? pair;
    private MandateMemory? mandate;
    private CancellationTokenSource? termSource;
    private TaskCompletionSource<BinaryStarTerm> nextTerm = NewTerm();

    public NodeStatus(PairEngine engine, int paths, string? pair)
    {
        this.pair = pair;
        pathsReceived = new TimeSpan?[paths];
        memory = engine.Memory;
        state = engine.State;
    }

    public BinaryStarState State
    {
        get
        {
            lock (gate) return state;
        }
    }

    /// <summary>The current term, if the node is active.</summary>
    public BinaryStarTerm? Term
    {
        get
        {
            lock (gate) return term;
        }
    }

    /// <param name="now">The clock; read when no turn can intervene.</param>
    public NodeReading Read(Func<TimeSpan> now)
    {
        lock (gate) return new NodeReading(state, termNumber, peer, counters, memory, mandate, [.. pathsReceived], now());
    }

    /// <exception cref="InvalidOperationException">The node has ended.</exception>
    public Task<BinaryStarTerm> NextTermAsync(CancellationToken cancellationToken)
    {
        lock (gate) return nextTerm.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The end of a turn in which the state has not changed.</summary>
    public void Update(PairEngine engine, long termNumber, in NodeCounters counters, IReadOnlyList<PeerPath> paths)
    {
        lock (gate) Set(engine, termNumber, counters, paths);
    }

    /// <summary>A change of state, visible to all from here on. When this returns, the token of a term that has ended is cancelled.</summary>
    public void Change(BinaryStarState to, PairEngine engine, long termNumber, long? fencingToken, in NodeCounters counters, IReadOnlyList<PeerPath> paths)
    {
        CancellationTokenSource? ended;
        lock (gate)
        {
            Set(engine, termNumber, counters, paths);
            state = to;
            ended = EndTerm();
            if (to == BinaryStarState.Active)
            {
                termSource = new CancellationTokenSource();
                term = new BinaryStarTerm(pair, fencingToken, termNumber, termSource.Token);
                nextTerm.SetResult(term);
            }
        }

        _ = ended?.CancelAsync(); // the application's callbacks must not block the loop, nor throw into it
    }

    /// <summary>The node has ended: releases all waiters.</summary>
    public void Dispose()
    {
        CancellationTokenSource? ended;
        lock (gate)
        {
            ended = EndTerm();
            nextTerm.TrySetException(new InvalidOperationException("The node has ended and will not become active again."));
        }

        _ = nextTerm.Task.Exception; // observed here: there may be no waiter
        _ = ended?.CancelAsync();
    }

    private void Set(PairEngine engine, long termNumber, in NodeCounters counters, IReadOnlyList<PeerPath> paths)
    {
        memory = engine.Memory;
        mandate = engine.Mandate?.Memory;
        peer = engine.Peer;
        this.termNumber = termNumber;
        this.counters = counters;
        for (var i = 0; i < pathsReceived.Length; i++) pathsReceived[i] = paths[i].LastReceived;
    }

    private CancellationTokenSource? EndTerm()
    {
        var ended = termSource;
        if (ended is null) return null;
        termSource = null;
        term = null;
        nextTerm = NewTerm();
        return ended;
    }

    private static TaskCompletionSource<BinaryStarTerm> NewTerm() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>One snapshot of a node: its state at the end of its last turn or at its last change, and its time when read.</summary>
internal readonly record struct NodeReading(
    BinaryStarState State, long Term, PeerStatus Peer, NodeCounters Counters, PairMemory Memory, MandateMemory? Mandate, TimeSpan?[] PathsReceived, TimeSpan Now)
{
    /// <summary>Whether a message received at that time shows that its sender is alive now.</summary>
    public bool IsAlive(TimeSpan? received, TimeSpan failover) => Now - received < failover;

    /// <summary>The same of the peer, of whose death there may be evidence since. The engine alone would put it off by a pause of this node.</summary>
    public bool IsPeerAlive(TimeSpan failover) => Peer == PeerStatus.Alive && IsAlive(Memory.LastReceived, failover);
}
