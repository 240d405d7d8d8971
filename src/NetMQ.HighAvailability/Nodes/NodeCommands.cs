namespace NetMQ.HighAvailability.Nodes;

/// <summary>Brings commands to the poller's thread, each for a turn of its own, between the node's beginning and its end. Any thread.</summary>
internal sealed class NodeCommands(NetMQPoller poller, Action<Action> turn)
{
    private readonly Lock gate = new();
    private readonly List<Action> early = []; // from before the beginning, which a shared poller must not run yet
    private bool begun;
    private bool closed;

    /// <summary>Has a command run, after <see cref="Begin"/>; false once the node has ended, or the poller under it.</summary>
    public bool Post(Action command)
    {
        lock (gate)
        {
            if (closed || poller.IsDisposed) return false;
            if (begun) return TryQueue(command);
            early.Add(command);
            return true;
        }
    }

    public void Begin()
    {
        lock (gate)
        {
            begun = true;
            early.ForEach(command => TryQueue(command));
        }
    }

    public void Close()
    {
        lock (gate) closed = true;
    }

    // As a task of the poller's: it has a queue already, and a further one were a socket to look at with each request.
    private bool TryQueue(Action command)
    {
        try
        {
            new Task(() => turn(command)).Start(poller);
            return true;
        }
        catch (TaskSchedulerException)
        {
            return false; // the poller was disposed just now, or NetMQ was cleaned up under it
        }
    }
}
