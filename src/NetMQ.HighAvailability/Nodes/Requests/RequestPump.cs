using System.Collections.Concurrent;

namespace NetMQ.HighAvailability.Nodes.Requests;

/// <summary>
/// Starts calls on the thread pool. One work item starts many, since what the pool itself costs is more than a short handler; and before each of
/// them there is another work item for the rest, so that one that blocks holds up no other.
/// </summary>
internal sealed class RequestPump(Action<RequestCall> start) : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<RequestCall> calls = new();
    private int isQueued;

    public void Start(RequestCall call)
    {
        calls.Enqueue(call);
        Interlocked.MemoryBarrier(); // the call must be visible before the flag is read
        QueueWork();
    }

    void IThreadPoolWorkItem.Execute()
    {
        var context = ExecutionContext.Capture()!;
        Interlocked.Exchange(ref isQueued, 0); // what is queued from here on needs a work item of its own, unless this one finds it
        while (calls.TryDequeue(out var call))
        {
            if (!calls.IsEmpty) QueueWork();
            start(call);
            ExecutionContext.Restore(context); // what one handler has set (AsyncLocal, Activity.Current) is not the next one's
        }
    }

    private void QueueWork()
    {
        if (Volatile.Read(ref isQueued) == 0 && Interlocked.Exchange(ref isQueued, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
