using System.Diagnostics;
using NetMQ;
using NetMQ.Sockets;

namespace PairMonitor;

/// <summary>Listens to both nodes. One thread.</summary>
internal sealed class Watcher : IDisposable
{
    private const int MostMessages = 1024; // of each node in one look: a flood must not keep it from ending

    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(20);

    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly SubscriberSocket primary;
    private readonly SubscriberSocket backup;
    private NetMQMessage message = new();

    public Watcher(Pair pair)
    {
        Pair = pair;
        (primary, backup) = (Listen(pair.Primary), Listen(pair.Backup));
    }

    public Pair Pair { get; }

    /// <summary>Receives what has come, and waits a moment.</summary>
    public void Look()
    {
        // All that one look finds came at one time: the order in which the nodes published it is unknown, and what one
        // published before it died may lie behind what the other published later.
        var now = clock.Elapsed;
        for (var i = 0; i < MostMessages; i++)
        {
            if (!(Receive(Pair.Primary, primary, now) | Receive(Pair.Backup, backup, now))) break;
        }

        (Pair.Primary.Now, Pair.Backup.Now) = (now, now);
        Thread.Sleep(Nap);
    }

    public void Dispose()
    {
        primary.Dispose();
        backup.Dispose();
    }

    private bool Receive(Node node, SubscriberSocket socket, TimeSpan now)
    {
        if (!socket.TryReceiveMultipartMessage(ref message!)) return false;
        if (message.FrameCount == 1) node.Receive(message[0].Buffer[..message[0].MessageSize], now);
        return true;
    }

    private static SubscriberSocket Listen(Node node)
    {
        var socket = new SubscriberSocket();
        socket.Options.MaxMsgSize = 1024;
        socket.Options.ReconnectInterval = TimeSpan.FromMilliseconds(100);

        if (node.Key is not null)
        {
            socket.Options.CurveServerCertificate = node.Key;
            socket.Options.CurveCertificate = new NetMQCertificate(); // a node accepts every subscriber that knows its public key
        }

        // To the four messages, not to everything: a node takes a subscriber to everything for its peer.
        foreach (var digit in "1234") socket.Subscribe(digit.ToString());
        socket.Connect(node.Endpoint);
        return socket;
    }
}
