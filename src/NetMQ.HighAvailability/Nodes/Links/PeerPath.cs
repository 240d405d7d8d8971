using System.Net;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Connections;
using NetMQ.HighAvailability.Protocol;
using NetMQ.HighAvailability.Wire;

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
    private readonly ILogger logger;
    private readonly LogThrottle throttle = new();
    private readonly PeerFilter filter;
    private readonly HostResolver resolver;
    private readonly Dialler dialler;
    private readonly Clock clock;
    private readonly bool hasArbiter;
    private IPEndPoint? address; // that it is connected to
    private IPEndPoint? receivedFrom; // where the last valid message came from

    public PeerPath(TcpEndpoint remote, PathSettings settings, Clock clock, ILogger logger)
    {
        Remote = remote;
        this.clock = clock;
        this.logger = logger;
        filter = new PeerFilter(settings.ForgetAfter, settings.HasArbiter);
        hasArbiter = settings.HasArbiter;
        resolver = new HostResolver(remote, settings.LookUp, settings.Post);
        var metadata = Metadata.Write(SocketKind.Sub, []);
        var keys = settings.Keys;
        dialler = new Dialler(
            SocketKind.Sub, keys is null ? () => new NullMechanism(metadata) : () => keys.ToClient(metadata), settings.Limits, settings.ReconnectInterval, settings.Handshake, clock)
        {
            OnReady = Subscribe,
            OnLost = Lost,
        };
    }

    public TcpEndpoint Remote { get; }

    /// <summary>
    /// Every address of the remote's host, once it has been connected to, and the one at which the peer was last received: a name may have come to mean another
    /// machine since.
    /// </summary>
    public IEnumerable<IPEndPoint> Addresses
    {
        get
        {
            if (address is null) return [];
            var addresses = resolver.Addresses.Select(address => new IPEndPoint(address, Remote.Port));
            return receivedFrom is null ? addresses : addresses.Append(receivedFrom);
        }
    }

    /// <summary>When a valid message last arrived by this path.</summary>
    public TimeSpan? LastReceived { get; private set; }

    /// <summary>Nothing has been received since the path was reconnected, so nothing from it can be old.</summary>
    public bool IsFresh { get; private set; } = true;

    /// <summary>Called when a connection to the peer was lost; all that came over it has been received.</summary>
    public Action OnDisconnected { get; set; } = static () => { };

    public void Received(TimeSpan now)
    {
        LastReceived = now;
        receivedFrom = address;
        IsFresh = false;
    }

    public void Attach(NetMQPoller poller, Action onPeer) => dialler.Attach(poller, onPeer);

    /// <summary>Takes the next message, whole; <paramref name="size"/> and <paramref name="more"/> describe garbage.</summary>
    public Inbox TryReceive(TimeSpan now, out PeerMessage message, out MandateStamp stamp, out int size, out bool more)
    {
        (message, stamp, size, more) = (default, default, 0, false);
        if (!dialler.TryRead(out var connection)) return Inbox.Empty;

        size = connection.Frame(0).Length;
        more = connection.FrameCount > 1;
        var found = filter.Take(now, connection.Frame(0), more, out message, out stamp);
        if (found == PeerFrame.Foreign && throttle.Allows(LogEvent.ForeignPeer, now, out var suppressed)) Log.ForeignPeer(logger, Remote, suppressed);
        if (found == PeerFrame.OtherArbiter && throttle.Allows(LogEvent.OtherArbiter, now, out suppressed)) Log.OtherArbiter(logger, Remote, hasArbiter, suppressed);
        return found switch
        {
            PeerFrame.Message => Inbox.Message,
            PeerFrame.Foreign or PeerFrame.OtherArbiter => Inbox.Foreign,
            _ => Inbox.Garbage,
        };
    }

    /// <summary>Discards everything on this path that has not been received, on this machine and in transit: only a new connection has none of it.</summary>
    public void Purge()
    {
        IsFresh = true;
        dialler.Renew();
    }

    /// <summary>
    /// Connects, or reconnects, which replaces a half-open connection, to the next address of the host; the host's name is
    /// looked up again off this thread.
    /// </summary>
    public void Dial(TimeSpan now)
    {
        var asked = clock.Now;
        resolver.LookUpNext((next, failure) =>
        {
            if (failure is not null && throttle.Allows(LogEvent.Unresolved, now, out var suppressed)) Log.Unresolved(logger, Remote.Host, failure, suppressed);
            if (next is null || LastReceived > asked) return; // a lookup can be slow: the peer may be back meanwhile
            address = new IPEndPoint(next, Remote.Port);
            dialler.Connect(address);
            Log.Dialled(logger, Remote, $"tcp://{address}");
        });
    }

    /// <summary>Once a turn, at its end.</summary>
    public void EndTurn(TimeSpan now) => dialler.Look(now);

    public void Dispose() => dialler.Dispose();

    private static void Subscribe(Connection connection)
    {
        connection.Wire.WriteSubscription([]);
        connection.Flush();
    }

    private void Lost(bool wasReady, WireFault fault)
    {
        if (fault != WireFault.None && throttle.Allows(LogEvent.BadConnection, clock.Now, out var suppressed)) Log.BadConnection(logger, $"peer's endpoint {Remote}", fault, suppressed);
        if (wasReady) OnDisconnected();
    }
}

/// <summary>What all paths of a link have in common.</summary>
/// <param name="Limits">What the peer may send.</param>
/// <param name="ReconnectInterval">How soon a lost connection is tried again.</param>
/// <param name="Handshake">How long a connection may take to be ready.</param>
/// <param name="ForgetAfter">How long a path must be silent before its foreign peer counts as replaced.</param>
/// <param name="Post">Passes the result of name resolution to the poller's thread.</param>
/// <param name="LookUp">How to look up the remotes' names.</param>
/// <param name="Keys">The link's CURVE keys, if it has any.</param>
/// <param name="HasArbiter">Whether the pair has an arbiter.</param>
internal sealed record PathSettings(
    WireLimits Limits, TimeSpan ReconnectInterval, TimeSpan Handshake, TimeSpan ForgetAfter, Action<Action> Post, HostLookup LookUp, CurveKeys? Keys, bool HasArbiter);
