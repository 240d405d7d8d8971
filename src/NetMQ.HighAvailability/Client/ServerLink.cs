using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Transport;
using NetMQ.Monitoring;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Clients;

/// <summary>The connection to one server: a DEALER and what its monitor says. On the poller's thread, but for its making.</summary>
internal sealed class ServerLink : IDisposable
{
    // A refused attempt costs NetMQ milliseconds, all day long where one server of the pair is down.
    private static readonly TimeSpan ReconnectInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MaxReconnectInterval = TimeSpan.FromSeconds(1);

    // How long a name that leads nowhere, or did not resolve, is let be before it is looked up again.
    private static readonly TimeSpan LookUpInterval = TimeSpan.FromSeconds(2);
    private static long monitors;

    private readonly ILogger logger;
    private readonly Action<Action> post;
    private readonly Func<TimeSpan> now;
    private readonly NetMQMonitor monitor;
    private NetMQPoller? poller;
    private Action<bool>? onConnection;
    private string? connection; // the address that is connected to
    private TimeSpan lookedUp;
    private bool resolving;
    private Throttle unresolved;

    public ServerLink(TcpEndpoint server, NetMQCertificate? key, ClientLimits limits, Action<Action> post, Func<TimeSpan> now, ILogger logger)
    {
        Server = server;
        this.post = post;
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

        // A refused attempt shows as a socket closed before it was connected.
        monitor.Connected += (_, _) => onConnection(true);
        monitor.Disconnected += (_, _) => onConnection(false);
        monitor.Closed += (_, _) => NoteRefusal();
        monitor.AttachToPoller(poller);
        Dial();
    }

    /// <summary>Connects, or connects anew; a name is resolved again, off this thread.</summary>
    public void Dial()
    {
        if (Server.Address is { } address) Connect(address);
        else LookUp(anew: true);
    }

    /// <summary>Looks up again a name that did not resolve.</summary>
    public void Look()
    {
        if (connection is null && now() - lookedUp >= LookUpInterval) LookUp(anew: true);
    }

    public void Dispose()
    {
        if (Socket.IsDisposed) return;
        monitor.Dispose();
        if (poller is { IsDisposed: false }) poller.Remove(Socket);
        Socket.Dispose();
    }

    private void NoteRefusal()
    {
        onConnection!(false);
        if (Server.Address is null && now() - lookedUp >= LookUpInterval) LookUp(anew: false);
    }

    private void LookUp(bool anew)
    {
        if (resolving) return;
        resolving = true;
        _ = ResolveAsync(anew);
    }

    private async Task ResolveAsync(bool anew)
    {
        IPAddress? address = null;
        var reason = "it has no IPv4 address";
        try
        {
            var found = await Dns.GetHostAddressesAsync(Server.Host, AddressFamily.InterNetwork).ConfigureAwait(false);
            address = found.FirstOrDefault();
        }
        catch (SocketException e)
        {
            reason = e.Message;
        }

        post(() => UseAddress(address, reason, anew));
    }

    private void UseAddress(IPAddress? address, string reason, bool anew)
    {
        resolving = false;
        lookedUp = now();
        if (address is null)
        {
            if (connection is null) onConnection!(false);
            if (unresolved.Allows(lookedUp, out var suppressed)) Log.ServerUnresolved(logger, Server.Host, reason, suppressed);
        }
        else if (anew || AddressText(address) != connection)
        {
            Connect(address);
        }
    }

    private void Connect(IPAddress address)
    {
        if (connection is not null) Socket.Disconnect(connection);
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
