using System.Net;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.Monitoring;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Clients;

/// <summary>The connection to one server: a DEALER and its monitor. On the poller's thread, except for the constructor.</summary>
internal sealed class ServerLink : IDisposable
{
    // A refused attempt costs NetMQ milliseconds, for as long as one server of the pair is down.
    private static readonly TimeSpan ReconnectInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MaxReconnectInterval = TimeSpan.FromSeconds(1);

    // The minimum time between lookups of a host that does not resolve or does not answer.
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

            // MaxOutstanding bounds what is sent already, and a request in NetMQ's queue could not be cancelled. What a
            // server sends unasked stays bounded.
            Socket.Options.SendHighWatermark = 0;
            Socket.Options.ReceiveHighWatermark = limits.ReceiveHighWatermark;

            if (key is not null)
            {
                Socket.Options.CurveServerCertificate = key;
                Socket.Options.CurveCertificate = new NetMQCertificate(); // CURVE needs one; no server can check whose it is
            }

            // Nothing is queued without a connection: a server that comes back must not receive old requests.
            Socket.Options.DelayAttachOnConnect = true;

            // NetMQ frees a monitor's name only later, so each has a name of its own.
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
    /// <param name="onReady">Replies can be received.</param>
    /// <param name="onConnection">The connection was established (true), or was lost or refused (false).</param>
    public void Attach(NetMQPoller poller, Action onReady, Action<bool> onConnection)
    {
        this.poller = poller;
        this.onConnection = onConnection;
        Socket.ReceiveReady += (_, _) => onReady();
        poller.Add(Socket);

        // A refused attempt is reported as a socket that is closed before it was connected. Events of a replaced
        // connection may be late.
        monitor.Connected += (_, e) => OnMonitor(e, isUp: true);
        monitor.Disconnected += (_, e) => OnMonitor(e, isUp: false);
        monitor.Closed += (_, e) => OnMonitor(e, isUp: false);
        monitor.AttachToPoller(poller);
        Dial();
    }

    /// <summary>Connects or reconnects, to the next address of the host.</summary>
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

    // Each address is tried once; then the name is looked up again, at a limited rate.
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
        else if (anew || AddressText(address) != connection) Connect(address); // NetMQ retries the same one by itself
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

/// <summary>Limits on the memory that a server can make the client use.</summary>
/// <param name="MaxReplyBytes">A larger reply is dropped.</param>
/// <param name="MaxFrameBytes">Whoever sends a larger frame is disconnected by NetMQ, before it costs memory.</param>
/// <param name="ReceiveHighWatermark">How many messages may wait to be read.</param>
internal sealed record ClientLimits(int MaxReplyBytes, long MaxFrameBytes, int ReceiveHighWatermark)
{
    public static ClientLimits From(BinaryStarClientOptions options) =>
        new(options.MaxReplyBytes, 4L * options.MaxReplyBytes + 1024, (2 * options.MaxOutstanding) + 1000);
}
