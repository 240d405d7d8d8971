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
        lock (gate) last = last.ContinueWith(_ => Safely.Run(() => Invoke(callback), onFault), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Invoke(Action callback)
    {
        using (context.Enter()) callback();
    }
}
