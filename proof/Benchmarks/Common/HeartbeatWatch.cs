using System.Diagnostics;
using HdrHistogram;
using NetMQ;
using NetMQ.Sockets;

namespace Benchmarks.Common;

/// <summary>
/// Hears nodes as their peers do, and notes how much later each state comes than is due: a heartbeat interval after the
/// last, or half of one where that was an active node's.
/// An upper bound of what the nodes are late: this thread waits for a core like everyone else's.
/// </summary>
internal sealed class HeartbeatWatch : IDisposable
{
    private const string Active = "3";

    private readonly LongHistogram lateness;
    private readonly NetMQPoller poller = [];
    private readonly List<SubscriberSocket> sockets = [];

    /// <param name="stateEndpoints">Whom to hear.</param>
    /// <param name="heartbeat">The interval between their states.</param>
    /// <param name="before">A watch whose figures this one goes on with.</param>
    public HeartbeatWatch(IEnumerable<string> stateEndpoints, TimeSpan heartbeat, HeartbeatWatch? before = null)
    {
        lateness = before?.lateness ?? new LongHistogram(TimeSpan.FromMinutes(10).Ticks, 3);
        foreach (var endpoint in stateEndpoints)
        {
            var socket = new SubscriberSocket();
            socket.SubscribeToAnyTopic();
            socket.Connect(endpoint);
            long? last = null;
            var interval = heartbeat;
            socket.ReceiveReady += (_, _) =>
            {
                while (socket.TryReceiveFrameString(out var state))
                {
                    var now = Stopwatch.GetTimestamp();
                    if (last is { } before) Note(Stopwatch.GetElapsedTime(before, now) - interval);
                    last = now;
                    interval = state == Active ? heartbeat / 2 : heartbeat;
                }
            };
            sockets.Add(socket);
            poller.Add(socket);
        }

        poller.RunAsync("heartbeats");
    }

    /// <summary>How late the given percentile of all heartbeats was.</summary>
    public double LatenessMs(double percentile)
    {
        lock (lateness) return TimeSpan.FromTicks(lateness.GetValueAtPercentile(percentile)).TotalMilliseconds;
    }

    public void Dispose()
    {
        poller.Dispose();
        sockets.ForEach(socket => socket.Dispose());
    }

    private void Note(TimeSpan late)
    {
        lock (lateness) lateness.RecordValue(Math.Max(1, late.Ticks)); // one that comes early, at a change of state, is not late
    }
}
