using System.Net;
using System.Net.Sockets;

namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>
/// Finds out whether the peer's process is down. A lost connection may be temporary; but if a machine refuses
/// a connection attempt, nothing is listening there. Off the poller's thread.
/// </summary>
internal static class CrashProbe
{
    // A dying process may close its connections before its listener, and a restarted one listens soon.
    private static readonly TimeSpan Bound = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    // An attempt made just as a listener closes gets no answer at all, and the system repeats it after 1 s.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Whether every one of the peer's endpoints refuses a connection, twice in a row. Unreachable, silent or
    /// listening is no evidence.
    /// </summary>
    /// <returns>When the evidence was collected (before its last attempts), or null if there is none.</returns>
    public static async Task<TimeSpan?> AllRefuseAsync(IPEndPoint[] endpoints, Func<TimeSpan> now, TimeProvider time)
    {
        using var bound = new CancellationTokenSource(Bound, time);
        var before = false;
        try
        {
            while (true)
            {
                var collectedAt = now();
                var refusals = await Task.WhenAll(endpoints.Select(endpoint => RefusesAsync(endpoint, time, bound.Token))).ConfigureAwait(false);
                var refused = Array.TrueForAll(refusals, refusal => refusal);
                if (refused && before) return collectedAt;
                before = refused;
                if (!refused) await Task.Delay(Pause, time, bound.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException) // no time left, or no socket available
        {
            return null;
        }
        finally
        {
            await bound.CancelAsync().ConfigureAwait(false); // the attempts that are no longer needed
        }
    }

    // The first answer counts; until there is one, further attempts run in parallel, at growing intervals.
    private static async Task<bool> RefusesAsync(IPEndPoint endpoint, TimeProvider time, CancellationToken cancellationToken)
    {
        var attempts = new List<Task<bool>>();
        for (var patience = Patience; ; patience *= 2)
        {
            attempts.Add(AttemptAsync(endpoint, cancellationToken));
            var answered = await Task.WhenAny([.. attempts, Task.Delay(patience, time, cancellationToken)]).ConfigureAwait(false);
            if (answered is Task<bool> attempt) return await attempt.ConfigureAwait(false);
        }
    }

    // Whether one attempt is refused. Not Socket's own ConnectAsync: the first exception thrown in a process costs about 5 ms.
    private static async Task<bool> AttemptAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var attempt = new SocketAsyncEventArgs { RemoteEndPoint = endpoint };
        var completed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        attempt.Completed += (_, _) => completed.SetResult();
        if (socket.ConnectAsync(attempt)) await completed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return attempt.SocketError == SocketError.ConnectionRefused;
    }
}
