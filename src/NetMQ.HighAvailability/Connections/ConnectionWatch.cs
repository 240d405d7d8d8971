using System.Collections.Concurrent;
using System.Net.Sockets;

namespace NetMQ.HighAvailability.Connections;

/// <summary>
/// Finds out which connections have something to read. The poller watches those that were active last: that needs neither another thread
/// nor a wake-up, but its price grows with their number. The system watches all others in the background, where they cost nothing.
/// On the poller's thread.
/// </summary>
internal sealed class ConnectionWatch
{
    // What the poller watches: more make every wake-up slower than one more hop through the system's own watch.
    private const int MaxWatched = 32;
    private const int Crowded = 24;

    private readonly LoopSignal signal;
    private readonly ConcurrentQueue<Connection> told = new();
    private readonly List<Connection> watched = [];
    private readonly Queue<Connection> ready = new();
    private readonly Action<Connection> onReadable;
    private readonly PoolProbe probe = new();
    private NetMQPoller? poller;
    private Action? onWork;
    private bool held;
    private bool isWokenLater;

    public ConnectionWatch(LoopSignal signal)
    {
        this.signal = signal;
        onReadable = Readable;
    }

    /// <summary>Whether nothing is read at present.</summary>
    public bool IsHeld => held;

    /// <summary>Whether there is anything to be read.</summary>
    public bool HasReady => ready.Count > 0;

    /// <summary>Called with a connection of which the system has told something else than that it can be read.</summary>
    public Action<Connection> OnTold { get; set; } = static _ => { };

    public void Attach(NetMQPoller poller, Action onWork)
    {
        this.poller = poller;
        this.onWork = onWork;
        signal.Raised += TakeTold;
    }

    /// <summary>What a connection calls from any thread.</summary>
    public void Tell(Connection connection)
    {
        told.Enqueue(connection);
        signal.Raise();
    }

    /// <summary>There is work left that nothing else would wake the loop for.</summary>
    public void WakeLater()
    {
        isWokenLater = true;
        signal.Raise();
    }

    /// <summary>While true, nothing is read, and whoever sends is slowed down.</summary>
    public void Hold(bool value)
    {
        if (held == value) return;
        held = value;
        foreach (var connection in watched)
        {
            if (held) poller!.Remove(connection.Socket);
            else poller!.Add(connection.Socket, connection.OnReadable);
        }

        if (!held && HasReady) signal.Raise();
    }

    /// <summary>Begins to watch a connection, or goes on: what it had has been read.</summary>
    public void Add(Connection connection)
    {
        if (connection.IsWatched || connection.IsOver) return;
        if (held || watched.Count >= MaxWatched)
        {
            connection.Wait();
            return;
        }

        connection.IsWatched = true;
        connection.Readable ??= onReadable;
        watched.Add(connection);
        poller!.Add(connection.Socket, connection.OnReadable);
    }

    /// <summary>Has a connection read again, after the others.</summary>
    public void Enqueue(Connection connection)
    {
        if (connection.IsQueued || connection.IsOver) return;
        connection.IsQueued = true;
        ready.Enqueue(connection);
    }

    /// <summary>The next connection to be read, if there is one.</summary>
    public bool TryNext(out Connection connection)
    {
        while (!held && ready.TryDequeue(out connection!))
        {
            connection.IsQueued = false;
            if (!connection.IsOver) return true;
        }

        connection = null!;
        return false;
    }

    /// <summary>No longer watches it; before it is closed.</summary>
    public void Remove(Connection connection)
    {
        if (!connection.IsWatched) return;
        connection.IsWatched = false;
        watched.Remove(connection);
        if (!held && poller is { IsDisposed: false }) poller.Remove(connection.Socket);
    }

    /// <summary>Makes room for those that are active.</summary>
    /// <param name="idleSince">Who has received nothing since then is idle.</param>
    public void ReleaseIdle(TimeSpan idleSince)
    {
        if (watched.Count < Crowded) return;
        for (var i = watched.Count - 1; i >= 0; i--)
        {
            var connection = watched[i];
            if (connection.Active > idleSince) continue;
            Remove(connection);
            connection.Wait();
        }
    }

    /// <summary>
    /// Once a tick: the system tells of connections in the background through .NET's thread pool. While work of the application's blocks
    /// that, they are looked at from here.
    /// </summary>
    /// <param name="all">All connections.</param>
    public void LookAtBackground(IReadOnlyCollection<Connection> all)
    {
        if (held || all.Count <= watched.Count || probe.HasRun()) return;
        var waiting = all.Where(connection => connection is { IsWaiting: true, IsQueued: false }).ToList();
        if (waiting.Count == 0) return;
        var readable = waiting.ConvertAll(connection => connection.Socket);
        Socket.Select(readable, null, null, TimeSpan.Zero);
        if (readable.Count == 0) return;
        var found = readable.ToHashSet();
        foreach (var connection in waiting.Where(connection => found.Contains(connection.Socket))) Enqueue(connection);
        WakeLater();
    }

    private void Readable(Connection connection)
    {
        Enqueue(connection);
        onWork!();
    }

    private void TakeTold()
    {
        // As many as there are now: what comes meanwhile raises the signal again.
        var found = isWokenLater;
        isWokenLater = false;
        for (var left = told.Count; left > 0 && told.TryDequeue(out var connection); left--)
        {
            found = true;
            if (connection.IsOver) continue;
            OnTold(connection);
            if (!connection.IsWatched && !connection.IsWaiting) Enqueue(connection);
        }

        if (found) onWork!();
    }

    /// <summary>Finds out whether the thread pool starts any work.</summary>
    private sealed class PoolProbe : IThreadPoolWorkItem
    {
        private volatile bool isOut;

        /// <summary>False if what was queued at an earlier call has not run yet. Otherwise queues it anew.</summary>
        public bool HasRun()
        {
            if (isOut) return false;
            isOut = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return true;
        }

        public void Execute() => isOut = false;
    }
}
