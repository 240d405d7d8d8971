using Microsoft.Extensions.Logging;

namespace NetMQ.HighAvailability.Hosting.Work;

/// <summary>
/// The work of the active node. Its end comes before the hand-over: the peer must not begin what this node still does.
/// Stepping down closes a gate, cancels what runs, waits for it up to a limit, and opens the gate again afterwards.
/// </summary>
internal sealed class ActiveWork(BinaryStar star, string pair, TimeSpan limit, ILogger logger)
{
    private readonly Lock gate = new();
    private readonly HashSet<Attempt> running = [];
    private TaskCompletionSource open = New();
    private int closedBy;

    /// <summary>Runs work whenever this node is active, never twice at a time, until the node has ended. Work that ends by itself is done for its term.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="Exception">Whatever the work threw; it is not started again.</exception>
    public async Task RunAsync(Func<BinaryStarTerm, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        while (await NextTermAsync(cancellationToken).ConfigureAwait(false) is { } term)
        {
            using var attempt = Enter(term, cancellationToken);
            if (attempt is null)
            {
                await Task.WhenAny(Open, star.Completion).WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            try
            {
                await Task.Run(() => work(term, attempt.Token), CancellationToken.None).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (attempt.Token.IsCancellationRequested)
            {
            }
            finally
            {
                Leave(attempt);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (!attempt.Token.IsCancellationRequested) await EndOf(term.Token).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Has all work end. It may begin again when the outcome is disposed.</summary>
    /// <exception cref="OperationCanceledException">The waiting was cancelled; the work may begin again.</exception>
    public async Task<IAsyncDisposable> StepDownAsync(CancellationToken cancellationToken)
    {
        var hold = new Hold(this);
        try
        {
            await StepDownForGoodAsync(cancellationToken).ConfigureAwait(false);
            return hold;
        }
        catch
        {
            await hold.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Has all work end. It does not begin again.</summary>
    /// <exception cref="OperationCanceledException">The waiting was cancelled.</exception>
    public async Task StepDownForGoodAsync(CancellationToken cancellationToken)
    {
        Attempt[] ending;
        lock (gate)
        {
            if (closedBy++ == 0) open = New();
            ending = [.. running];
            foreach (var attempt in ending) attempt.Cancel(); // none of them can end and be disposed meanwhile
        }

        if (ending.Length == 0) return;
        Log.SteppingDown(logger, pair, limit);
        try
        {
            await Task.WhenAll(ending.Select(attempt => attempt.Done)).WaitAsync(limit, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Log.WorkOverdue(logger, pair, limit);
        }
    }

    private Task Open
    {
        get
        {
            lock (gate) return open.Task;
        }
    }

    private async Task<BinaryStarTerm?> NextTermAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await star.WaitUntilActiveAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            return null; // the node has ended
        }
    }

    private Attempt? Enter(BinaryStarTerm term, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (closedBy > 0) return null;
            var attempt = new Attempt(term.Token, cancellationToken);
            running.Add(attempt);
            return attempt;
        }
    }

    private void Leave(Attempt attempt)
    {
        lock (gate) running.Remove(attempt);
        attempt.End();
    }

    private void Resume()
    {
        lock (gate)
        {
            if (--closedBy == 0) open.SetResult();
        }
    }

    private static async Task EndOf(CancellationToken token)
    {
        var ended = New();
        await using var registration = token.UnsafeRegister(_ => ended.TrySetResult(), null).ConfigureAwait(false);
        await ended.Task.ConfigureAwait(false);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Hold(ActiveWork work) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            work.Resume();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>One run of one piece of work within one term.</summary>
    private sealed class Attempt(CancellationToken term, CancellationToken caller) : IDisposable
    {
        private readonly CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(term, caller);
        private readonly TaskCompletionSource done = New();

        public CancellationToken Token => source.Token;

        public Task Done => done.Task;

        // The work's own callbacks must not hold up the step-down, nor throw into it.
        public void Cancel() => _ = source.CancelAsync();

        public void End() => done.TrySetResult();

        public void Dispose() => source.Dispose();
    }
}
