using NetMQ.HighAvailability.Common;

namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// Raises events on the thread pool, one at a time and in order: a slow callback must not delay the loop. What a callback
/// throws, an <c>async void</c> one also later, goes to <paramref name="onFault"/>.
/// </summary>
internal sealed class SerialEventDispatcher(Action<Exception> onFault)
{
    private readonly CallbackContext context = new(static _ => false, onFault); // continuations go to the thread pool as well
    private readonly Lock gate = new();
    private Task last = Task.CompletedTask;

    public void Raise(Action callback)
    {
        lock (gate) last = last.ContinueWith(_ => Invoke(callback), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Invoke(Action callback)
    {
        try
        {
            using (context.Enter()) callback();
        }
#pragma warning disable CA1031 // The application's own fault is reported; nobody waits for this thread.
        catch (Exception e)
#pragma warning restore CA1031
        {
            onFault(e);
        }
    }
}
