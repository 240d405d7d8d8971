using System.Collections.Concurrent;

namespace NetMQ.HighAvailability.Common;

/// <summary>
/// What the application's callbacks run under. An <c>async void</c> one goes on where the context brings it, and what it throws
/// comes here too, rather than to nobody or to the whole process.
/// </summary>
/// <param name="post">Brings a continuation to where the callbacks run, and observes what it throws; false if that has ended.</param>
/// <param name="onLate">Given what a continuation throws that came too late for that, and ran on the thread pool.</param>
internal sealed class CallbackContext(Func<Action, bool> post, Action<Exception> onLate) : SynchronizationContext
{
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> waiting = new();

    /// <summary>Makes this the thread's context until the result is disposed.</summary>
    public Scope Enter() => new(this);

    public override SynchronizationContext CreateCopy() => this;

    public override void Post(SendOrPostCallback d, object? state)
    {
        waiting.Enqueue((d, state));
        if (!post(RunNext)) End();
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (Current == this)
        {
            d(state);
            return;
        }

        using var done = new ManualResetEventSlim();
        Post(_ => Signal(d, state, done), null);
        done.Wait();
    }

    /// <summary>Has what still waits run on the thread pool, once <c>post</c> takes nothing any more: it would never run otherwise.</summary>
    public void End()
    {
        if (!waiting.IsEmpty) ThreadPool.QueueUserWorkItem(_ => RunLate());
    }

    private static void Signal(SendOrPostCallback d, object? state, ManualResetEventSlim done)
    {
        try
        {
            d(state);
        }
        finally
        {
            done.Set();
        }
    }

    private void RunNext()
    {
        if (!waiting.TryDequeue(out var next)) return;
        using (Enter()) next.Callback(next.State);
    }

    private void RunLate()
    {
        while (!waiting.IsEmpty)
        {
            try
            {
                RunNext();
            }
#pragma warning disable CA1031 // The application's own fault, reported: nobody else waits for this thread.
            catch (Exception e)
#pragma warning restore CA1031
            {
                onLate(e);
            }
        }
    }

    internal readonly struct Scope : IDisposable
    {
        private readonly SynchronizationContext? previous;

        public Scope(CallbackContext context)
        {
            previous = Current;
            SetSynchronizationContext(context);
        }

        public void Dispose() => SetSynchronizationContext(previous);
    }
}
