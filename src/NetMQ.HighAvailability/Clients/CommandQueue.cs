using System.Collections.Concurrent;

namespace NetMQ.HighAvailability.Clients;

/// <summary>What callers want of the poller's thread, in order. A bell wakes that thread, once for any number of commands.</summary>
internal sealed class CommandQueue : IDisposable
{
    private readonly ConcurrentQueue<ClientCommand> commands = new();
    private readonly NetMQQueue<byte> wakeUp = new();
    private readonly Lock gate = new();
    private int isWoken;
    private bool closed;

    public void Attach(NetMQPoller poller, Action onCommands)
    {
        wakeUp.ReceiveReady += (_, _) =>
        {
            while (wakeUp.TryDequeue(out _, TimeSpan.Zero))
            {
            }

            onCommands();
        };
        poller.Add(wakeUp);
    }

    /// <summary>Any thread; false if the queue was closed, so that nobody may come to take the command.</summary>
    public bool Post(ClientCommand command)
    {
        commands.Enqueue(command);
        Interlocked.MemoryBarrier(); // or the command might be seen only after the bell was looked at
        if (Volatile.Read(ref isWoken) == 0 && Interlocked.Exchange(ref isWoken, 1) == 0) WakeUp();
        return !Volatile.Read(ref closed);
    }

    public bool TryTake(out ClientCommand command) => commands.TryDequeue(out command);

    /// <summary>
    /// Says, at the end of a turn, that whoever posts a command from now on must ring. True: there are commands that
    /// came before that, and nobody will ring for them.
    /// </summary>
    public bool EndTaking()
    {
        Interlocked.Exchange(ref isWoken, 0);
        return !commands.IsEmpty && Interlocked.Exchange(ref isWoken, 1) == 0;
    }

    /// <summary>Has the poller come again, when there was too much for one turn.</summary>
    public void WakeUp()
    {
        lock (gate)
        {
            if (!closed) wakeUp.Enqueue(0);
        }
    }

    public void Close()
    {
        lock (gate) closed = true;
    }

    public void Dispose()
    {
        Close();
        wakeUp.Dispose();
    }
}

/// <summary>A request to send, one that its caller has ended, or something to run.</summary>
internal readonly record struct ClientCommand(PendingRequest? Request, bool IsWithdrawal, Action? Run);
