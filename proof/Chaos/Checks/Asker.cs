using System.Buffers.Binary;
using System.Text;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Chaos.Checks;

/// <summary>
/// Asks both servers all the time, each on a socket of its own. The number in an answer identifies the request,
/// its signature the server. All on the poller's thread.
/// </summary>
internal sealed class Asker : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(5);

    private readonly DealerSocket[] sockets;
    private readonly NetMQPoller poller = [];
    private readonly List<DateTime>[] sent = [[], []];
    private readonly List<(DateTime At, Signature Signature)?>[] received = [[], []];
    private readonly long[] lastAnswered = new long[2];
    private readonly Lock gate = new();

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

    /// <summary>When the request was sent that this server answered last.</summary>
    public DateTime LastAnswered(int server) => new(Interlocked.Read(ref lastAnswered[server]));

    /// <summary>Everything so far: what was answered, and what was not.</summary>
    public (List<Answer> Answers, List<Unanswered> Unanswered) Read()
    {
        lock (gate)
        {
            var answers = new List<Answer>();
            var unanswered = new List<Unanswered>();
            for (var server = 0; server < sockets.Length; server++)
            {
                for (var i = 0; i < sent[server].Count; i++)
                {
                    if (received[server][i] is { } got) answers.Add(new Answer(server, i, sent[server][i], got.At, got.Signature));
                    else unanswered.Add(new Unanswered(server, i, sent[server][i]));
                }
            }

            return (answers, unanswered);
        }
    }

    public string Describe()
    {
        lock (gate)
        {
            return string.Join(" and ", sent.Zip(received, (asked, answers) =>
                $"sent {asked.Count}, last at {asked.LastOrDefault():HH:mm:ss.fff}, answered {answers.Count(answer => answer is not null)}"));
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
            var now = Clock.Now;
            if (!sockets[server].TrySendFrame(frame)) return;
            sent[server].Add(now);
            received[server].Add(null);
        }
    }

    private void Receive(int server)
    {
        List<byte[]>? frames = null;
        while (sockets[server].TryReceiveMultipartBytes(TimeSpan.Zero, ref frames!, expectedFrameCount: 2))
        {
            var answer = (Clock.Now, Signature.Parse(Encoding.ASCII.GetString(frames[1])));
            var number = BinaryPrimitives.ReadInt32LittleEndian(frames[0]);
            lock (gate)
            {
                received[server][number] = answer;
                Interlocked.Exchange(ref lastAnswered[server], sent[server][number].Ticks);
            }
        }
    }
}
