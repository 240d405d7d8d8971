using System.Collections.Concurrent;

namespace NetMQ.HighAvailability.Common;

/// <summary>
/// The synchronization context of the application's callbacks. An <c>async void</c> callback resumes where the context posts it, and its
/// exceptions arrive here too, instead of being lost or crashing the process.
/// </summary>
/// <param name="post">Posts a continuation to where the callbacks run, and observes its exceptions; false if that has ended.</param>
/// <param name="onLate">Called with the exception of a continuation that was too late for that, and ran on the thread pool.</param>
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

    /// <summary>Runs what is still queued on the thread pool, once <c>post</c> accepts nothing more: otherwise it would never run.</summary>
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
        while (!waiting.IsEmpty) Safely.Run(RunNext, onLate);
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
