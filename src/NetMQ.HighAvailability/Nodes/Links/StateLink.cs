using System.Net;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Protocol;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>
/// The state link: an XPUB that publishes this node's state at every local endpoint, and a <see cref="PeerPath"/> to each
/// remote one. On the poller's thread only, once <see cref="Attach"/>ed.
/// </summary>
internal sealed class StateLink : IDisposable
{
    // A state is one byte; CURVE's handshake takes some 300 in one frame.
    private const int MaxPlainFrameBytes = 256;
    private const int MaxSecuredFrameBytes = 1024;

    private readonly TimeSpan pathSilence;
    private readonly List<PeerPath> paths = [];
    private readonly XPublisherSocket publisher;
    private readonly LoopbackProbe? loopback;
    private NetMQPoller? poller;
    private Msg inbound;
    private int nextPath;
    private bool disposed;

    /// <param name="locals">Where to publish.</param>
    /// <param name="remotes">The peer's endpoints.</param>
    /// <param name="lookUp">How to look up their names.</param>
    /// <param name="keys">The link's CURVE keys, if it has any.</param>
    /// <param name="timing">How long a path may be silent.</param>
    /// <param name="post">Passes a result to the poller's thread.</param>
    /// <param name="logger">For problems with the link.</param>
    /// <exception cref="EndpointException">An endpoint cannot be bound; none stays bound.</exception>
    public StateLink(
        IReadOnlyList<TcpEndpoint> locals, IReadOnlyList<TcpEndpoint> remotes, HostLookup lookUp, CurveKeys? keys, Timing timing, Action<Action> post, ILogger logger)
    {
        pathSilence = 2 * timing.SlowerHeartbeat;
        IsSecured = keys is not null;
        Locals = string.Join(", ", locals);
        inbound.InitEmpty();
        publisher = new XPublisherSocket();
        try
        {
            publisher.Options.XPubVerbose = true; // also reports a second subscriber, and one that returns
            var maxFrameBytes = keys is null ? MaxPlainFrameBytes : MaxSecuredFrameBytes;
            publisher.Options.MaxMsgSize = maxFrameBytes;
            keys?.Publish(publisher);
            foreach (var local in locals) EndpointBinder.Bind(publisher, local.ToString(), "local state endpoint");

            var settings = new PathSettings(maxFrameBytes, ReconnectInterval(timing), timing.Failover, post, lookUp, keys);
            foreach (var remote in remotes) paths.Add(new PeerPath(remote, settings, logger));
            loopback = new LoopbackProbe();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether there is a subscriber, as far as the connections show.</summary>
    public bool HasSubscriber { get; private set; }

    /// <summary>Whether keys secure the link.</summary>
    public bool IsSecured { get; }

    /// <summary>The local endpoints, for messages to people.</summary>
    public string Locals { get; }

    /// <summary>The remote endpoints, for messages to people.</summary>
    public string Remotes => string.Join(", ", paths.Select(path => path.Remote));

    public IReadOnlyList<PeerPath> Paths => paths;

    public void Attach(NetMQPoller poller, Action onPeer, Action onSubscriber, Action? onDisconnected)
    {
        this.poller = poller;
        publisher.ReceiveReady += (_, _) => onSubscriber();
        poller.Add(publisher);
        foreach (var path in paths) path.Attach(poller, onPeer, onDisconnected);
    }

    /// <summary>Never blocks: a PUB drops what a slow or lost subscriber does not take.</summary>
    public void Publish(PeerMessage message, TimeSpan turn)
    {
        var msg = default(Msg);
        var frame = PeerMessageCodec.Encode(message);
        msg.InitGC(frame, frame.Length);
        publisher.TrySend(ref msg, TimeSpan.Zero, more: false);
        msg.Close();
        loopback!.Send(turn);
    }

    /// <summary>The turn of the newest loopback message that has returned.</summary>
    public TimeSpan Returned() => loopback!.Receive();

    /// <summary>
    /// Takes the next message from any path. A path that returns after a silence in which another path delivered may
    /// have held old messages back: it is purged.
    /// </summary>
    public Inbox TryReceive(TimeSpan now, out PeerMessage message, out int size, out bool more)
    {
        (message, size, more) = (default, 0, false);
        for (var tried = 0; tried < paths.Count; nextPath = (nextPath + 1) % paths.Count)
        {
            var path = paths[nextPath];
            var found = path.TryReceive(now, out message, out size, out more);
            if (found is Inbox.Garbage or Inbox.Foreign) return found;
            if (found == Inbox.Message)
            {
                var late = IsLate(path, now);
                path.Received(now);
                if (!late) return found;
                path.Purge();
            }

            tried++;
        }

        return Inbox.Empty;
    }

    /// <summary>Takes subscription messages, at most <paramref name="limit"/>. True: a new subscriber must be sent the state.</summary>
    public bool TakeSubscriptions(int limit)
    {
        var came = false;
        while (limit-- > 0 && publisher.TryReceive(ref inbound, TimeSpan.Zero))
        {
            if (inbound.HasMore || inbound.Size != 1) continue; // only a subscription to everything is a peer's
            HasSubscriber = inbound.Slice()[0] == 1;
            came |= HasSubscriber;
        }

        return came;
    }

    /// <summary>Discards everything from the peer that has not been received.</summary>
    public void Purge()
    {
        foreach (var path in paths) path.Purge();
    }

    /// <summary>Connects or reconnects every path.</summary>
    public void Dial(TimeSpan now)
    {
        foreach (var path in paths) path.Dial(now);
    }

    /// <summary>
    /// Every address of all remote endpoints, including those not connected to: the peer may listen there. Null
    /// while a name has not been resolved.
    /// </summary>
    public IPEndPoint[]? Addresses()
    {
        var addresses = new List<IPEndPoint>();
        foreach (var path in paths)
        {
            var before = addresses.Count;
            addresses.AddRange(path.Addresses);
            if (addresses.Count == before) return null;
        }

        return [.. addresses.Distinct()];
    }

    /// <summary>Closes all sockets; a failure to close one does not keep the others open.</summary>
    public void Close(Ending ending)
    {
        if (disposed) return;
        disposed = true;
        ending.Try(() =>
        {
            if (poller is { IsDisposed: false }) poller.Remove(publisher);
        });
        ending.Try(publisher.Dispose);
        ending.Try(() => loopback?.Dispose());
        foreach (var path in paths) ending.Try(path.Dispose);
        inbound.Close();
    }

    public void Dispose() => Close(new Ending(static _ => { }));

    private bool IsLate(PeerPath path, TimeSpan now) =>
        !path.IsFresh && now - path.LastReceived > pathSilence
        && paths.Exists(other => other != path && now - other.LastReceived <= pathSilence);

    // Prompt without flooding: a peer that is back is received within an eighth of a heartbeat.
    private static TimeSpan ReconnectInterval(Timing timing)
    {
        var shortest = TimeSpan.FromMilliseconds(10);
        return timing.Heartbeat / 8 > shortest ? timing.Heartbeat / 8 : shortest;
    }
}
