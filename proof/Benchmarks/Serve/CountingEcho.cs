using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using NetMQ;
using NetMQ.HighAvailability;

namespace Benchmarks.Serve;

/// <summary>
/// One node of a pair that takes a time for each request and counts how often it has executed it. SIGTERM stops it
/// politely, SIGUSR1 has it hand over.
/// </summary>
internal sealed class CountingEcho : IServer
{
    /// <summary>Long enough for a handler of 100 ms in the loop, also on a busy machine.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan FailoverTimeout = 4 * Heartbeat;

    private static readonly TimeSpan ReplyInterval = TimeSpan.FromMilliseconds(5);

    private readonly BinaryStar star;
    private readonly ExecutionCounts counts;
    private readonly TimeSpan work;
    private readonly bool later;
    private readonly ConcurrentQueue<(NetMQMessage Reply, long Due)> replies = new();
    private readonly List<PosixSignalRegistration> signals = [];
    private VoterSocket? voter;

    /// <param name="endpoint">Where clients connect.</param>
    /// <param name="state">Role, local and remote endpoint.</param>
    /// <param name="work">How long a request takes.</param>
    /// <param name="later">Whether the reply comes later, and not from the handler, which then returns at once.</param>
    /// <param name="counts">Where it counts.</param>
    public CountingEcho(string endpoint, string[] state, TimeSpan work, bool later, string counts)
    {
        this.counts = new ExecutionCounts(counts);
        this.work = work;
        this.later = later;
        star = new BinaryStar(new BinaryStarOptions
        {
            Role = Enum.Parse<BinaryStarRole>(state[0]),
            LocalEndpoints = [state[1]],
            RemoteEndpoints = [state[2]],
            HeartbeatInterval = Heartbeat,
            FailoverTimeout = FailoverTimeout,
            DetectCrash = true,
        });
        star.RegisterVoter(endpoint, ZmqSocketType.Router, Handle);
        if (!later) return;
        var timer = new NetMQTimer(ReplyInterval);
        timer.Elapsed += (_, _) => SendReplies();
        star.Poller.Add(timer);
    }

    public void Run()
    {
        signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            star.Stop();
        }));
        signals.Add(PosixSignalRegistration.Create((PosixSignal)(OperatingSystem.IsMacOS() ? 30 : 10), context =>
        {
            context.Cancel = true;
            _ = HandOverAsync();
        }));
        star.Run();
    }

    /// <summary>1 for an active node, 1 for a passive one, 1 for one whose peer is passive.</summary>
    public long[] Report()
    {
        var status = star.Status;
        return
        [
            status.State == BinaryStarState.Active ? 1 : 0,
            status.State == BinaryStarState.Passive ? 1 : 0,
            status.PeerState == BinaryStarState.Passive ? 1 : 0,
        ];
    }

    public void Dispose()
    {
        signals.ForEach(signal => signal.Dispose());
        star.Dispose();
        counts.Dispose();
    }

    // The peer may not be known as passive for a moment, when the loop has been held up by a handler.
    private async Task HandOverAsync()
    {
        while (await star.HandOverAsync() is HandOverOutcome.PeerNotPassive or HandOverOutcome.TimedOut) await Task.Delay(ReplyInterval);
    }

    private void Handle(VoterSocket client)
    {
        voter = client;
        var request = client.ReceiveMultipartMessage();
        counts.Add(BitConverter.ToInt32(request.Last.Buffer.AsSpan(0, request.Last.MessageSize)));
        if (later)
        {
            replies.Enqueue((request, Stopwatch.GetTimestamp() + (long)(work.TotalSeconds * Stopwatch.Frequency)));
            return;
        }

        if (work > TimeSpan.Zero) Thread.Sleep(work);
        client.SendMultipartMessage(request);
    }

    private void SendReplies()
    {
        while (replies.TryPeek(out var next) && Stopwatch.GetTimestamp() >= next.Due && replies.TryDequeue(out next)) voter!.SendMultipartMessage(next.Reply);
    }
}
