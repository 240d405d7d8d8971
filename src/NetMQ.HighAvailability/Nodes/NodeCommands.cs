namespace NetMQ.HighAvailability.Nodes;

/// <summary>Runs commands on the poller's thread, each in a turn of its own, between the node's start and its end. Any thread.</summary>
internal sealed class NodeCommands(NetMQPoller poller, Action<Action> turn)
{
    private readonly Lock gate = new();
    private readonly List<Action> early = []; // posted before the start; a shared poller must not run them yet
    private Lifecycle lifecycle;

    private enum Lifecycle
    {
        Created,
        Running,
        Closed,
    }

    /// <summary>Queues a command, to run after <see cref="Begin"/>; false once the node, or its poller, has ended.</summary>
    public bool Post(Action command)
    {
        lock (gate)
        {
            if (lifecycle == Lifecycle.Closed || poller.IsDisposed) return false;
            if (lifecycle == Lifecycle.Running) return TryQueue(command);
            early.Add(command);
            return true;
        }
    }

    public void Begin()
    {
        lock (gate)
        {
            if (lifecycle == Lifecycle.Closed) return; // ended without having begun
            lifecycle = Lifecycle.Running;
            early.ForEach(command => TryQueue(command));
        }
    }

    public void Close()
    {
        lock (gate) lifecycle = Lifecycle.Closed;
    }

    // Scheduled as a poller task: the poller already has a queue, and a second one would add a socket to every poll.
    private bool TryQueue(Action command)
    {
        try
        {
            new Task(() => turn(command)).Start(poller);
            return true;
        }
        catch (TaskSchedulerException)
        {
            return false; // the poller has just been disposed, or NetMQ cleaned up
        }
    }
}
