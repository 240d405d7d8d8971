using NetMQ.HighAvailability.Common;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>Wakes the node when nothing else does. On the poller's thread only, or before that runs.</summary>
internal sealed class LoopTimer
{
    private readonly NetMQPoller poller;
    private readonly NetMQTimer timer;

    public LoopTimer(NetMQPoller poller, TimeSpan first, Action onTick)
    {
        this.poller = poller;
        timer = new NetMQTimer(first);
        timer.Elapsed += (_, _) =>
        {
            IsTicking = true;
            onTick();
            IsTicking = false;
        };
    }

    /// <summary>Inside the callback, where NetMQ does not allow timers of this poller to be added or removed.</summary>
    public bool IsTicking { get; private set; }

    public void Join() => poller.Add(timer);

    /// <summary>Sets how long the timer waits, from now on or from the end of the callback.</summary>
    public void Wait(TimeSpan interval) => timer.Interval = interval.ToTimerInterval();

    /// <summary>Makes the timer fire next, before the poller checks any socket again.</summary>
    public void Hurry() => timer.Interval = 0;

    public void Leave()
    {
        timer.Enable = false;
        if (poller.IsDisposed) return;
        if (poller.IsRunning) new Task(() => poller.Remove(timer)).Start(poller); // this may run in another timer's callback
        else poller.Remove(timer);
    }
}
