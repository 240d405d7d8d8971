using System.Collections.Concurrent;
using NetMQ.HighAvailability.Connections;

namespace NetMQ.HighAvailability.Clients;

/// <summary>Commands from callers to the poller's thread, in order. The poller is woken up once for any number of commands.</summary>
internal sealed class CommandQueue : IDisposable
{
    private readonly ConcurrentQueue<ClientCommand> commands = new();
    private readonly LoopSignal signal = new();
    private int isWoken;
    private bool closed;

    public void Attach(NetMQPoller poller, Action onCommands)
    {
        signal.Raised += onCommands;
        signal.Attach(poller);
    }

    /// <summary>Any thread. False if the queue is closed, so that the command may never be taken.</summary>
    public bool Post(ClientCommand command)
    {
        commands.Enqueue(command);
        Interlocked.MemoryBarrier(); // the command must be visible before the flag is read
        if (Volatile.Read(ref isWoken) == 0 && Interlocked.Exchange(ref isWoken, 1) == 0) WakeUp();
        return !Volatile.Read(ref closed);
    }

    public bool TryTake(out ClientCommand command) => commands.TryDequeue(out command);

    /// <summary>
    /// Ends a turn: whoever posts a command from now on wakes the poller up. True if there are commands that were posted
    /// before, for which nobody will.
    /// </summary>
    public bool EndTaking()
    {
        Interlocked.Exchange(ref isWoken, 0);
        return !commands.IsEmpty && Interlocked.Exchange(ref isWoken, 1) == 0;
    }

    /// <summary>Has the poller take another turn. Any thread.</summary>
    public void WakeUp() => signal.Raise();

    // With a full fence: either whoever posts sees that it is closed, or whoever closes sees what was posted.
    public void Close() => Interlocked.Exchange(ref closed, true);

    public void Dispose()
    {
        Close();
        signal.Dispose();
    }
}

/// <summary>A request to send, one that its caller has ended, or something to run.</summary>
internal readonly record struct ClientCommand(PendingRequest? Request, bool IsWithdrawal, Action? Run);
