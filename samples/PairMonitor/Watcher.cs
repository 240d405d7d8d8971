using NetMQ;
using NetMQ.Sockets;

namespace PairMonitor;

/// <summary>Listens to both nodes. One thread.</summary>
internal sealed class Watcher : IDisposable
{
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(20);
    private readonly List<(Node Node, SubscriberSocket Socket)> heard;

    public Watcher(Node primary, Node backup)
    {
        (Primary, Backup) = (primary, backup);
        heard = [(primary, Listen(primary)), (backup, Listen(backup))];
    }

    public Node Primary { get; }

    public Node Backup { get; }

    /// <summary>Hears what has come, and waits a moment.</summary>
    public void Look()
    {
        foreach (var (node, socket) in heard)
        {
            while (socket.TryReceiveMultipartMessage(ref message!))
            {
                if (message.FrameCount == 1) node.Heard(message[0].Buffer[..message[0].MessageSize]);
            }
        }

        Thread.Sleep(Nap);
    }

    private NetMQMessage message = new();

    public void Dispose() => heard.ForEach(one => one.Socket.Dispose());

    private static SubscriberSocket Listen(Node node)
    {
        var socket = new SubscriberSocket();
        socket.Options.MaxMsgSize = 1024;
        socket.Options.ReconnectInterval = TimeSpan.FromMilliseconds(100);

        if (node.Key is not null)
        {
            socket.Options.CurveServerCertificate = node.Key;
            socket.Options.CurveCertificate = new NetMQCertificate(); // a node lets anybody listen who knows its public key
        }

        // To the four words, not to everything: a node takes whoever subscribes to everything for its peer.
        foreach (var word in "1234") socket.Subscribe(word.ToString());
        socket.Connect(node.Endpoint);
        return socket;
    }
}
