using System.Collections.Concurrent;

namespace NetMQ.HighAvailability.Clients;

/// <summary>What callers want of the poller's thread, in order. A bell wakes that thread, once for any number of commands.</summary>
internal sealed class CommandQueue : IDisposable
{
    private readonly ConcurrentQueue<Command> commands = new();
    private readonly NetMQQueue<byte> bell = new();
    private readonly Lock gate = new();
    private int rung;
    private bool closed;

    public void Attach(NetMQPoller poller, Action onCommands)
    {
        bell.ReceiveReady += (_, _) =>
        {
            while (bell.TryDequeue(out _, TimeSpan.Zero))
            {
            }

            onCommands();
        };
        poller.Add(bell);
    }

    /// <summary>Any thread; false if the queue was closed, so that nobody may come to take the command.</summary>
    public bool Post(Command command)
    {
        commands.Enqueue(command);
        Interlocked.MemoryBarrier(); // or the command might be seen only after the bell was looked at
        if (Volatile.Read(ref rung) == 0 && Interlocked.Exchange(ref rung, 1) == 0) Ring();
        return !Volatile.Read(ref closed);
    }

    /// <summary>Begins to take commands: whoever posts one from now on rings again.</summary>
    public void BeginTaking()
    {
        if (Volatile.Read(ref rung) != 0) Interlocked.Exchange(ref rung, 0);
    }

    public bool TryTake(out Command command) => commands.TryDequeue(out command);

    /// <summary>Not all could be taken: there will be another turn.</summary>
    public void RingIfAnyLeft()
    {
        if (!commands.IsEmpty && Interlocked.Exchange(ref rung, 1) == 0) Ring();
    }

    public void Close()
    {
        lock (gate) closed = true;
    }

    public void Dispose()
    {
        Close();
        bell.Dispose();
    }

    private void Ring()
    {
        lock (gate)
        {
            if (!closed) bell.Enqueue(0);
        }
    }
}

/// <summary>A request to send, one that its caller has ended, or something to run.</summary>
internal readonly record struct Command(PendingRequest? Request, bool IsWithdrawal, Action? Run);
