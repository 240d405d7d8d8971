using System.Buffers.Binary;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Chaos;

/// <summary>
/// Asks both servers all the time, each on a socket of its own, so that an answer tells who gave it; the number in it
/// tells to which request. All on the poller's thread.
/// </summary>
internal sealed class Asker : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(5);

    private readonly DealerSocket[] sockets;
    private readonly NetMQPoller poller = [];
    private readonly List<DateTime>[] sent = [[], []];
    private readonly List<DateTime?>[] received = [[], []];
    private readonly Lock gate = new();
    private long lastAnswer;

    public Asker(IReadOnlyList<string> voters)
    {
        sockets = [Connect(voters[0]), Connect(voters[1])];
        for (var i = 0; i < sockets.Length; i++)
        {
            var server = i;
            sockets[i].ReceiveReady += (_, _) => Receive(server);
            poller.Add(sockets[i]);
        }

        var timer = new NetMQTimer(Every);
        timer.Elapsed += (_, _) =>
        {
            Ask(0);
            Ask(1);
        };
        poller.Add(timer);
        poller.RunAsync("asker");
    }

    /// <summary>When any server answered last.</summary>
    public DateTime LastAnswer => new(Interlocked.Read(ref lastAnswer));

    /// <summary>Everything so far: what was answered, and what was not.</summary>
    public (List<Answer> Answers, List<Answer> Unanswered) Read()
    {
        lock (gate)
        {
            var answers = new List<Answer>();
            var unanswered = new List<Answer>();
            for (var server = 0; server < sockets.Length; server++)
            {
                for (var i = 0; i < sent[server].Count; i++)
                {
                    if (received[server][i] is { } at) answers.Add(new Answer(server, i, sent[server][i], at));
                    else unanswered.Add(new Answer(server, i, sent[server][i], DateTime.MaxValue));
                }
            }

            return (answers, unanswered);
        }
    }

    public void Dispose()
    {
        poller.Dispose();
        foreach (var socket in sockets) socket.Dispose();
    }

    private static DealerSocket Connect(string voter)
    {
        var socket = new DealerSocket();
        socket.Options.Linger = TimeSpan.Zero;
        socket.Options.DelayAttachOnConnect = true; // nothing is kept for a server that is not there
        socket.Options.ReconnectInterval = TimeSpan.FromMilliseconds(20);
        socket.Connect(voter);
        return socket;
    }

    private void Ask(int server)
    {
        var frame = new byte[sizeof(int)];
        lock (gate)
        {
            BinaryPrimitives.WriteInt32LittleEndian(frame, sent[server].Count);
            var now = DateTime.Now;
            if (!sockets[server].TrySendFrame(frame)) return;
            sent[server].Add(now);
            received[server].Add(null);
        }
    }

    private void Receive(int server)
    {
        while (sockets[server].TryReceiveFrameBytes(TimeSpan.Zero, out var frame))
        {
            var now = DateTime.Now;
            Interlocked.Exchange(ref lastAnswer, now.Ticks);
            lock (gate) received[server][BinaryPrimitives.ReadInt32LittleEndian(frame)] = now;
        }
    }
}
