using System.Net;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Protocol;
using NetMQ.Monitoring;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>What <see cref="PeerPath.TryReceive"/> found.</summary>
internal enum Inbox
{
    Empty,
    Message,
    Garbage,
    Foreign, // ignored, and reported
}

/// <summary>One path from the peer: a SUB connected to one of its endpoints. On the poller's thread only.</summary>
internal sealed class PeerPath : IDisposable
{
    private static long monitors;

    private readonly PathSettings settings;
    private readonly ILogger logger;
    private readonly LogThrottle throttle = new();
    private readonly PeerFilter filter;
    private SubscriberSocket subscriber;
    private NetMQMonitor? monitor;
    private NetMQPoller? poller;
    private Action? onPeer;
    private Action? onDisconnected;
    private readonly HostResolver resolver;
    private string? connection; // the address it is connected to
    private Msg inbound;

    public PeerPath(TcpEndpoint remote, PathSettings settings, ILogger logger)
    {
        Remote = remote;
        this.settings = settings;
        this.logger = logger;
        filter = new PeerFilter(settings.ForgetAfter);
        resolver = new HostResolver(remote, settings.LookUp, settings.Post);
        inbound.InitEmpty();
        subscriber = NewSubscriber();
    }

    public TcpEndpoint Remote { get; }

    /// <summary>Every address of the remote's host, once it has been connected to.</summary>
    public IEnumerable<IPEndPoint> Addresses => connection is null ? [] : resolver.Addresses.Select(address => new IPEndPoint(address, Remote.Port));

    /// <summary>When a valid message last arrived by this path.</summary>
    public TimeSpan? LastReceived { get; private set; }

    /// <summary>Nothing has been received since the path was reconnected, so nothing from it can be old.</summary>
    public bool IsFresh { get; private set; } = true;

    public void Received(TimeSpan now)
    {
        LastReceived = now;
        IsFresh = false;
    }

    public void Attach(NetMQPoller poller, Action onPeer, Action? onDisconnected)
    {
        this.poller = poller;
        this.onPeer = onPeer;
        this.onDisconnected = onDisconnected;
        Join();
    }

    /// <summary>Takes the next message, whole; <paramref name="size"/> and <paramref name="more"/> describe garbage.</summary>
    public Inbox TryReceive(TimeSpan now, out PeerMessage message, out int size, out bool more)
    {
        message = default;
        size = 0;
        more = false;
        if (!subscriber.TryReceive(ref inbound, TimeSpan.Zero)) return Inbox.Empty;

        size = inbound.Size;
        more = inbound.HasMore;
        var found = filter.Take(now, inbound.Slice(), more, out message);
        while (inbound.HasMore && subscriber.TryReceive(ref inbound, TimeSpan.Zero))
        {
        }

        if (found == PeerFrame.Foreign && throttle.Allows(LogEvent.ForeignPeer, now, out var suppressed)) Log.ForeignPeer(logger, Remote, suppressed);
        return found switch
        {
            PeerFrame.Message => Inbox.Message,
            PeerFrame.Foreign => Inbox.Foreign,
            _ => Inbox.Garbage,
        };
    }

    /// <summary>
    /// Discards everything on this path that has not been received, on this machine and in transit. Only a new
    /// socket guarantees that; NetMQ keeps about 21 KB of the old one, so this must stay rare.
    /// </summary>
    public void Purge()
    {
        Leave();
        IsFresh = true;
        subscriber = NewSubscriber();
        if (connection is not null) subscriber.Connect(connection);
        if (poller is not null) Join();
    }

    /// <summary>
    /// Connects, or reconnects, which replaces a half-open connection, to the next address of the host; the host's name is
    /// looked up again off this thread.
    /// </summary>
    public void Dial(TimeSpan now) => resolver.LookUpNext((address, failure) =>
    {
        if (subscriber.IsDisposed) return;
        if (failure is not null && throttle.Allows(LogEvent.Unresolved, now, out var suppressed)) Log.Unresolved(logger, Remote.Host, failure, suppressed);
        if (address is not null) Connect(address);
    });

    public void Dispose()
    {
        Leave();
        inbound.Close();
    }

    private SubscriberSocket NewSubscriber()
    {
        var socket = new SubscriberSocket();
        socket.Options.MaxMsgSize = settings.MaxFrameBytes;
        socket.Options.ReconnectInterval = settings.ReconnectInterval;
        settings.Keys?.Hear(socket);
        socket.SubscribeToAnyTopic();
        return socket;
    }

    private void Join()
    {
        subscriber.ReceiveReady += OnPeer;
        poller!.Add(subscriber);
        if (onDisconnected is null) return;

        // A monitor's name cannot be reused immediately.
        monitor = new NetMQMonitor(subscriber, $"inproc://binarystar-{Interlocked.Increment(ref monitors)}", SocketEvents.Disconnected);
        monitor.Disconnected += OnDisconnected;
        monitor.AttachToPoller(poller);
    }

    private void Leave()
    {
        if (subscriber.IsDisposed) return;
        subscriber.ReceiveReady -= OnPeer;
        try
        {
            LeavePoller();
        }
        finally
        {
            subscriber.Dispose();
        }
    }

    private void LeavePoller()
    {
        if (poller is not { IsDisposed: false }) return;
        if (monitor is not null)
        {
            monitor.Disconnected -= OnDisconnected;
            monitor.Dispose();
            monitor = null;
        }

        poller.Remove(subscriber);
    }

    private void OnPeer(object? sender, NetMQSocketEventArgs e) => onPeer!();

    private void OnDisconnected(object? sender, NetMQMonitorSocketEventArgs e) => onDisconnected!();

    private void Connect(IPAddress address)
    {
        if (connection is not null) subscriber.Disconnect(connection);
        connection = new TcpEndpoint(address.ToString(), Remote.Port).ToString();
        subscriber.Connect(connection);
        Log.Dialled(logger, Remote, connection);
    }
}

/// <summary>What all paths of a link have in common.</summary>
/// <param name="MaxFrameBytes">NetMQ disconnects a sender of a larger frame, before it costs memory.</param>
/// <param name="ReconnectInterval">How soon NetMQ retries a lost connection.</param>
/// <param name="ForgetAfter">How long a path must be silent before its foreign peer counts as replaced.</param>
/// <param name="Post">Passes the result of name resolution to the poller's thread.</param>
/// <param name="LookUp">How to look up the remotes' names.</param>
/// <param name="Keys">The link's CURVE keys, if it has any.</param>
internal sealed record PathSettings(int MaxFrameBytes, TimeSpan ReconnectInterval, TimeSpan ForgetAfter, Action<Action> Post, HostLookup LookUp, CurveKeys? Keys);
