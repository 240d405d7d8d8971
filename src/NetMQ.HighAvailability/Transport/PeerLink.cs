using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Protocol;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Transport;

/// <summary>What <see cref="PeerLink.TryHear"/> found.</summary>
internal enum Inbox
{
    Empty,
    Message,
    Garbage,
}

/// <summary>
/// The state link: an XPUB that says this node's state and a SUB that hears the peer's. On the poller's thread only,
/// once <see cref="Attach"/>ed.
/// </summary>
internal sealed class PeerLink : IDisposable
{
    // A state is one byte. Whoever sends more than this is disconnected by NetMQ, before it costs memory.
    private const int MaxFrameBytes = 256;

    private readonly ILogger logger;
    private readonly XPublisherSocket publisher = new();
    private readonly Dictionary<TcpEndpoint, string?> connections; // remote → the address that is connected to
    private readonly HashSet<TcpEndpoint> resolving = [];
    private readonly Action<Action> post;
    private readonly TimeSpan reconnectInterval;
    private SubscriberSocket subscriber;
    private NetMQPoller? poller;
    private Action? onPeer;
    private Msg inbound;
    private Throttle unresolved;
    private bool disposed;

    /// <param name="locals">Where to publish.</param>
    /// <param name="remotes">Whom to hear.</param>
    /// <param name="reconnectInterval">How soon NetMQ tries a lost connection again.</param>
    /// <param name="post">Brings the outcome of a name's resolution to the poller's thread.</param>
    /// <param name="logger">Where trouble goes.</param>
    /// <exception cref="EndpointException">An endpoint cannot be bound; none stays bound.</exception>
    public PeerLink(
        IReadOnlyList<TcpEndpoint> locals, IReadOnlyList<TcpEndpoint> remotes, TimeSpan reconnectInterval, Action<Action> post, ILogger logger)
    {
        this.post = post;
        this.logger = logger;
        this.reconnectInterval = reconnectInterval;
        connections = remotes.ToDictionary(remote => remote, _ => (string?)null);
        inbound.InitEmpty();
        subscriber = NewSubscriber();
        try
        {
            publisher.Options.XPubVerbose = true; // also tells of a second subscriber, and of one that comes back
            publisher.Options.MaxMsgSize = MaxFrameBytes;
            foreach (var local in locals) Endpoints.Bind(publisher, local.ToString(), "local state endpoint");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether a peer is subscribed, as far as its connections have told.</summary>
    public bool HasSubscriber { get; private set; }

    public void Attach(NetMQPoller poller, Action onPeer, Action onSubscriber)
    {
        this.poller = poller;
        this.onPeer = onPeer;
        publisher.ReceiveReady += (_, _) => onSubscriber();
        subscriber.ReceiveReady += OnPeer;
        poller.Add(publisher);
        poller.Add(subscriber);
    }

    /// <summary>Never blocks: a PUB drops what a slow or lost subscriber does not take.</summary>
    public void Publish(PeerMessage message)
    {
        var msg = default(Msg);
        var frame = PeerMessageCodec.Encode(message);
        msg.InitGC(frame, frame.Length);
        publisher.TrySend(ref msg, TimeSpan.Zero, more: false);
        msg.Close();
    }

    /// <summary>Takes the next message, whole; <paramref name="size"/> and <paramref name="more"/> describe garbage.</summary>
    public Inbox TryHear(out PeerMessage message, out int size, out bool more)
    {
        message = default;
        size = 0;
        more = false;
        if (!subscriber.TryReceive(ref inbound, TimeSpan.Zero)) return Inbox.Empty;

        size = inbound.Size;
        more = inbound.HasMore;
        var valid = PeerMessageCodec.TryDecode(inbound.Slice(), out message) && !more;
        while (inbound.HasMore && subscriber.TryReceive(ref inbound, TimeSpan.Zero))
        {
        }

        return valid ? Inbox.Message : Inbox.Garbage;
    }

    /// <summary>Takes what subscribers said, at most <paramref name="limit"/> messages. True: one has come and wants to know the state.</summary>
    public bool TakeSubscriptions(int limit)
    {
        var came = false;
        while (limit-- > 0 && publisher.TryReceive(ref inbound, TimeSpan.Zero))
        {
            if (inbound.HasMore || inbound.Size != 1) continue; // only a subscription to everything is a peer's
            var subscribed = inbound.Slice()[0] == 1;
            HasSubscriber = subscribed;
            came |= subscribed;
        }

        return came;
    }

    /// <summary>
    /// Throws away all that the peer said and has not been heard, on this machine and on the way. It takes a new
    /// socket to be sure of that; NetMQ keeps about 21 KB of the old, so this must stay rare.
    /// </summary>
    public void Purge()
    {
        poller?.Remove(subscriber);
        subscriber.ReceiveReady -= OnPeer;
        subscriber.Dispose();
        subscriber = NewSubscriber();
        foreach (var address in connections.Values)
        {
            if (address is not null) subscriber.Connect(address);
        }

        if (poller is null) return;
        subscriber.ReceiveReady += OnPeer;
        poller.Add(subscriber);
    }

    /// <summary>
    /// Connects to each remote, or connects anew: names are resolved again, and half-open connections replaced. Names
    /// are resolved off this thread.
    /// </summary>
    public void Dial(TimeSpan now)
    {
        foreach (var remote in connections.Keys)
        {
            if (remote.Address is { } address) Connect(remote, address);
            else if (resolving.Add(remote)) _ = ResolveAsync(remote, now);
        }
    }

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        if (poller is { IsDisposed: false })
        {
            poller.Remove(publisher);
            poller.Remove(subscriber);
        }

        publisher.Dispose();
        subscriber.Dispose();
        inbound.Close();
    }

    private void OnPeer(object? sender, NetMQSocketEventArgs e) => onPeer!();

    private SubscriberSocket NewSubscriber()
    {
        var socket = new SubscriberSocket();
        socket.Options.MaxMsgSize = MaxFrameBytes;
        socket.Options.ReconnectInterval = reconnectInterval;
        socket.SubscribeToAnyTopic();
        return socket;
    }

    private async Task ResolveAsync(TcpEndpoint remote, TimeSpan now)
    {
        IPAddress? address = null;
        var reason = "no IPv4 address";
        try
        {
            var found = await Dns.GetHostAddressesAsync(remote.Host, AddressFamily.InterNetwork).ConfigureAwait(false);
            address = found.FirstOrDefault();
        }
        catch (SocketException e)
        {
            reason = e.Message;
        }

        post(() =>
        {
            resolving.Remove(remote);
            if (disposed) return;
            if (address is not null) Connect(remote, address);
            else if (unresolved.Allows(now, out var suppressed)) Log.Unresolved(logger, remote.Host, reason, suppressed);
        });
    }

    private void Connect(TcpEndpoint remote, IPAddress address)
    {
        if (connections[remote] is { } old) subscriber.Disconnect(old);
        var connection = new TcpEndpoint(address.ToString(), remote.Port).ToString();
        subscriber.Connect(connection);
        connections[remote] = connection;
        Log.Dialled(logger, remote, connection);
    }
}
