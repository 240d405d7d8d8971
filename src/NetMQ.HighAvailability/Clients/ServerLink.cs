using System.Net;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.Monitoring;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Clients;

/// <summary>The connection to one server: a DEALER and what its monitor says. On the poller's thread, but for its making.</summary>
internal sealed class ServerLink : IDisposable
{
    // A refused attempt costs NetMQ milliseconds, all day long where one server of the pair is down.
    private static readonly TimeSpan ReconnectInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MaxReconnectInterval = TimeSpan.FromSeconds(1);

    // The least time from one lookup to the next of a name that leads nowhere or does not resolve.
    private static readonly TimeSpan LookUpInterval = TimeSpan.FromSeconds(2);
    private static long monitors;

    private readonly ILogger logger;
    private readonly LogThrottle throttle = new();
    private readonly Func<TimeSpan> now;
    private readonly NetMQMonitor monitor;
    private readonly HostResolver resolver;
    private readonly TimeSpan patience;
    private NetMQPoller? poller;
    private Action<bool>? onConnection;
    private string? connection; // the address that is connected to
    private bool isConnected;
    private TimeSpan dialled;
    private TimeSpan lookedUp;

    public ServerLink(TcpEndpoint server, HostResolver resolver, NetMQCertificate? key, ClientLimits limits, TimeSpan patience, Func<TimeSpan> now, ILogger logger)
    {
        Server = server;
        this.resolver = resolver;
        this.patience = patience;
        this.now = now;
        this.logger = logger;
        Socket = new DealerSocket();
        try
        {
            Socket.Options.Linger = TimeSpan.Zero;
            Socket.Options.ReconnectInterval = ReconnectInterval;
            Socket.Options.ReconnectIntervalMax = MaxReconnectInterval;
            Socket.Options.MaxMsgSize = limits.MaxFrameBytes;

            // What is outstanding is bounded already, and a request that waited in NetMQ would not be where it can be
            // given up. What a server sends unasked stays bounded.
            Socket.Options.SendHighWatermark = 0;
            Socket.Options.ReceiveHighWatermark = limits.ReceiveHighWatermark;

            if (key is not null)
            {
                Socket.Options.CurveServerCertificate = key;
                Socket.Options.CurveCertificate = new NetMQCertificate(); // CURVE asks for one; no server can ask whose it is
            }

            // Without a connection nothing is taken: a server must not find, when it comes back, what was asked before.
            Socket.Options.DelayAttachOnConnect = true;

            // A monitor's name cannot be used again at once.
            monitor = new NetMQMonitor(
                Socket, $"inproc://binarystar-client-{Interlocked.Increment(ref monitors)}",
                SocketEvents.Connected | SocketEvents.Disconnected | SocketEvents.Closed);
        }
        catch
        {
            Socket.Dispose();
            throw;
        }
    }

    public TcpEndpoint Server { get; }

    public DealerSocket Socket { get; }

    /// <summary>Joins the poller and connects.</summary>
    /// <param name="poller">Not running yet.</param>
    /// <param name="onReady">Replies have come.</param>
    /// <param name="onConnection">The connection was made (true), or was lost or refused.</param>
    public void Attach(NetMQPoller poller, Action onReady, Action<bool> onConnection)
    {
        this.poller = poller;
        this.onConnection = onConnection;
        Socket.ReceiveReady += (_, _) => onReady();
        poller.Add(Socket);

        // A refused attempt shows as a socket closed before it was connected. Events of a connection that was replaced
        // may come late.
        monitor.Connected += (_, e) => OnMonitor(e, isUp: true);
        monitor.Disconnected += (_, e) => OnMonitor(e, isUp: false);
        monitor.Closed += (_, e) => OnMonitor(e, isUp: false);
        monitor.AttachToPoller(poller);
        Dial();
    }

    /// <summary>Connects, or connects anew, to the next address of the host.</summary>
    public void Dial() => LookUp(anew: true);

    /// <summary>Tries another address where there is no connection.</summary>
    public void OnTurn()
    {
        if (!isConnected && resolver.IsName && (connection is null || now() - dialled >= patience)) TryAnother();
    }

    public void Dispose()
    {
        if (Socket.IsDisposed) return;
        monitor.Dispose();
        if (poller is { IsDisposed: false }) poller.Remove(Socket);
        Socket.Dispose();
    }

    private void OnMonitor(NetMQMonitorEventArgs e, bool isUp)
    {
        if (connection is not null && e.Address != connection) return;
        isConnected = isUp;
        onConnection!(isUp);
        if (!isUp && resolver.IsName) TryAnother();
    }

    // Each address once, and after that the name is looked up again, but not too often.
    private void TryAnother()
    {
        if (connection is not null && resolver.HasUntried) Connect(resolver.Next());
        else if (now() - lookedUp >= LookUpInterval) LookUp(anew: connection is null);
    }

    private void LookUp(bool anew)
    {
        dialled = lookedUp = now();
        resolver.LookUpNext((address, failure) => Use(address, failure, anew));
    }

    private void Use(IPAddress? address, string? failure, bool anew)
    {
        if (Socket.IsDisposed) return;
        if (failure is not null && throttle.Allows(LogEvent.ServerUnresolved, now(), out var suppressed)) Log.ServerUnresolved(logger, Server.Host, failure, suppressed);
        if (address is null) onConnection!(false);
        else if (anew || AddressText(address) != connection) Connect(address); // the same one NetMQ tries by itself
    }

    private void Connect(IPAddress address)
    {
        if (connection is not null) Socket.Disconnect(connection);
        isConnected = false;
        dialled = now();
        connection = AddressText(address);
        Socket.Connect(connection);
        Log.ServerDialled(logger, Server, connection);
    }

    private string AddressText(IPAddress address) => new TcpEndpoint(address.ToString(), Server.Port).ToString();
}

/// <summary>What a server may make the client keep.</summary>
/// <param name="MaxReplyBytes">A larger reply is dropped.</param>
/// <param name="MaxFrameBytes">Whoever sends a larger frame is disconnected by NetMQ, before it costs memory.</param>
/// <param name="ReceiveHighWatermark">Messages that wait to be read.</param>
internal sealed record ClientLimits(int MaxReplyBytes, long MaxFrameBytes, int ReceiveHighWatermark)
{
    public static ClientLimits From(BinaryStarClientOptions options) =>
        new(options.MaxReplyBytes, 4L * options.MaxReplyBytes + 1024, (2 * options.MaxOutstanding) + 1000);
}
