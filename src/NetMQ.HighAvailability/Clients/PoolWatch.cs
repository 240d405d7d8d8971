namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// Measures how long .NET's thread pool takes to start a piece of work. NetMQ completes its socket I/O on
/// the pool, so while callers block all of its threads no reply is received, whatever the servers do. On the poller's
/// thread, except <see cref="DelaySince"/>.
/// </summary>
/// <param name="queue">Queues work to the pool.</param>
/// <param name="interval">Between two measurements.</param>
/// <param name="tolerance">A longer delay is starvation.</param>
internal sealed class PoolWatch(Action<Action> queue, TimeSpan interval, TimeSpan tolerance)
{
    private readonly Lock gate = new();
    private TimeSpan queuedAt = TimeSpan.MinValue;
    private volatile bool waits;
    private (TimeSpan At, TimeSpan Delay) starvation = (TimeSpan.MinValue, TimeSpan.Zero);

    /// <summary>To be called once a turn while a request is outstanding.</summary>
    /// <returns>How long the pool has started no work, if that is starvation.</returns>
    public TimeSpan? OnTurn(TimeSpan now)
    {
        if (waits)
        {
            var delay = now - queuedAt;
            if (delay < tolerance) return null;
            lock (gate) starvation = (now, delay);
            return delay;
        }

        if (queuedAt > TimeSpan.MinValue && now - queuedAt < interval) return null;
        waits = true;
        queuedAt = now;
        queue(() => waits = false);
        return null;
    }

    /// <summary>How long the pool had started no work when it was last found starved, if that was since a time. Any thread.</summary>
    public TimeSpan? DelaySince(TimeSpan time)
    {
        lock (gate) return starvation.At >= time ? starvation.Delay : null;
    }
}
