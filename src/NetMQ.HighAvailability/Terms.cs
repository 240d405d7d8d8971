namespace NetMQ.HighAvailability;

/// <summary>Keeps the present term and those who wait for one. Any thread; continuations never run on the caller's.</summary>
internal sealed class Terms : IDisposable
{
    private readonly Lock gate = new();
    private TaskCompletionSource<BinaryStarTerm> next = New();
    private CancellationTokenSource? source;
    private BinaryStarTerm? current;

    public BinaryStarTerm? Current
    {
        get
        {
            lock (gate) return current;
        }
    }

    public Task<BinaryStarTerm> NextAsync(CancellationToken cancellationToken)
    {
        lock (gate) return next.Task.WaitAsync(cancellationToken);
    }

    public void Begin(long number)
    {
        lock (gate)
        {
            source = new CancellationTokenSource();
            current = new BinaryStarTerm(number, source.Token);
            next.SetResult(current);
        }
    }

    /// <summary>Ends the present term, if there is one; the token counts as cancelled when this returns.</summary>
    public void End()
    {
        CancellationTokenSource? ending;
        lock (gate)
        {
            ending = source;
            if (ending is null) return;
            source = null;
            current = null;
            next = New();
        }

        _ = ending.CancelAsync(); // the application's callbacks must not hold up the loop, nor throw into it
    }

    /// <summary>The node has ended: nobody waits in vain.</summary>
    public void Dispose()
    {
        End();
        lock (gate) next.TrySetException(new InvalidOperationException("The node has ended and will not become active again."));
        _ = next.Task.Exception; // nobody has to be waiting
    }

    private static TaskCompletionSource<BinaryStarTerm> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
