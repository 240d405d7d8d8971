using System.Collections.Concurrent;
using System.Diagnostics;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>A handler that answers late, while its node lives on.</summary>
internal sealed class SlowEcho(TimeSpan late)
{
    private readonly ConcurrentQueue<(NetMQMessage Reply, long Due)> replies = new();
    private VoterSocket? client;

    public void Handle(VoterSocket socket) => Handle(socket, static _ => { });

    public void Handle(VoterSocket socket, Action<NetMQMessage> onRequest)
    {
        client = socket;
        var request = socket.ReceiveMultipartMessage();
        onRequest(request);
        replies.Enqueue((request, Stopwatch.GetTimestamp() + (long)(late.TotalSeconds * Stopwatch.Frequency)));
    }

    /// <summary>Replies leave from the node's own thread.</summary>
    public void ReplyFrom(NetMQPoller poller)
    {
        var timer = new NetMQTimer(TimeSpan.FromMilliseconds(5));
        timer.Elapsed += (_, _) =>
        {
            while (replies.TryPeek(out var next) && Stopwatch.GetTimestamp() >= next.Due && replies.TryDequeue(out next)) client!.SendMultipartMessage(next.Reply);
        };
        poller.Add(timer);
    }
}
