using System.Net;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Connections;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Clients;

/// <summary>
/// The connection to one server: a DEALER of our own, on one plain socket that the poller watches. On the poller's thread, except for the
/// constructor.
/// </summary>
internal sealed class ServerLink : IDisposable
{
    // A server that has been restarted is found soon, and one that stays away is not asked all the time.
    private static readonly TimeSpan ReconnectInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MaxReconnectInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Handshake = TimeSpan.FromSeconds(5);

    // The minimum time between lookups of a host that does not resolve or does not answer.
    private static readonly TimeSpan LookUpInterval = TimeSpan.FromSeconds(2);

    // Further requests wait where they can be cancelled, or go to the other server.
    private const int MaxUnsent = 16 * 1024 * 1024;

    private readonly ILogger logger;
    private readonly LogThrottle throttle = new();
    private readonly Clock clock;
    private readonly Dialler dialler;
    private readonly HostResolver resolver;
    private readonly TimeSpan patience;
    private Action<bool>? onConnection;
    private IPEndPoint? address; // that is connected to
    private TimeSpan dialled;
    private TimeSpan lookedUp;
    private bool isDisposed;

    /// <param name="server">The server.</param>
    /// <param name="resolver">Its addresses.</param>
    /// <param name="newMechanism">Makes the security of a new connection.</param>
    /// <param name="limits">What the server may send.</param>
    /// <param name="patience">After how long without a connection another address is tried.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Where it logs.</param>
    public ServerLink(TcpEndpoint server, HostResolver resolver, Func<Mechanism> newMechanism, WireLimits limits, TimeSpan patience, Clock clock, ILogger logger)
    {
        Server = server;
        this.resolver = resolver;
        this.patience = patience;
        this.clock = clock;
        this.logger = logger;
        dialler = new Dialler(SocketKind.Dealer, newMechanism, limits, ReconnectInterval, Handshake, clock, MaxReconnectInterval)
        {
            OnReady = _ => onConnection!(true),
            OnLost = OnLost,
        };
    }

    public TcpEndpoint Server { get; }

    /// <summary>When <see cref="OnTurn"/> has something to do, if nothing happens before.</summary>
    public TimeSpan? Due => dialler.Due;

    /// <summary>Joins the poller and connects.</summary>
    /// <param name="poller">Not running yet.</param>
    /// <param name="onReadable">Something has arrived.</param>
    /// <param name="onSent">What had to wait has been sent. Any thread.</param>
    /// <param name="onConnection">The connection was established (true), or was lost or refused (false).</param>
    public void Attach(NetMQPoller poller, Action onReadable, Action onSent, Action<bool> onConnection)
    {
        this.onConnection = onConnection;
        dialler.OnSent = onSent;
        dialler.Attach(poller, onReadable);
        Dial();
    }

    /// <summary>Connects or reconnects, to the next address of the host.</summary>
    public void Dial() => LookUp(anew: true);

    /// <inheritdoc cref="Dialler.HasMore"/>
    public bool HasMore => dialler.HasMore;

    /// <summary>Takes the next message; its frames are valid until the next call. False if there is none.</summary>
    public bool TryRead(out Connection message) => dialler.TryRead(out message);

    /// <summary>Has a request sent at the next <see cref="Flush"/>; false if there is no connection, or no room.</summary>
    public bool TrySend(PendingRequest request, bool asksForReceipt)
    {
        // Nothing is kept without a connection: a server that comes back must not receive old requests.
        if (dialler.Ready is not { } to || to.UnsentBytes > MaxUnsent) return false;
        Envelope.Write(to.Wire, request.Tracker.Key, asksForReceipt);
        request.WritePayload(to.Wire);
        return true;
    }

    /// <summary>Sends what was written since the last time.</summary>
    public void Flush()
    {
        if (dialler.Ready is { Wire.Output.Length: > 0 }) dialler.Flush();
    }

    /// <summary>Connects again, or tries another address, where there is no connection.</summary>
    public void OnTurn()
    {
        dialler.Look(clock.Now);
        if (dialler.Ready is null && resolver.IsName && (address is null || clock.Now - dialled >= patience)) TryAnother();
    }

    public void Dispose()
    {
        isDisposed = true;
        dialler.Dispose();
    }

    private void OnLost(bool wasReady, WireFault fault)
    {
        if (fault != WireFault.None && throttle.Allows(LogEvent.BadServer, clock.Now, out var suppressed)) Log.BadServer(logger, Server, fault, suppressed);
        onConnection!(false);
        if (resolver.IsName) TryAnother();
    }

    // Each address is tried once; then the name is looked up again, at a limited rate.
    private void TryAnother()
    {
        if (address is not null && resolver.HasUntried) Connect(resolver.Next());
        else if (clock.Now - lookedUp >= LookUpInterval) LookUp(anew: address is null);
    }

    private void LookUp(bool anew)
    {
        var asked = dialled = lookedUp = clock.Now;
        resolver.LookUpNext((found, failure) => Use(found, failure, anew, asked));
    }

    private void Use(IPAddress? found, string? failure, bool anew, TimeSpan asked)
    {
        if (isDisposed) return;
        if (failure is not null && throttle.Allows(LogEvent.ServerUnresolved, clock.Now, out var suppressed)) Log.ServerUnresolved(logger, Server.Host, failure, suppressed);
        // A lookup can be slow: the server may be back meanwhile. But what is to be made anew has been written off, also if it works again.
        if (anew ? dialler.HasBegunSince(asked) : dialler.HasReceivedSince(asked)) return;
        if (found is null) onConnection!(false);
        else if (anew || !found.Equals(address?.Address)) Connect(found); // the dialler tries the same one by itself
    }

    private void Connect(IPAddress to)
    {
        dialled = clock.Now;
        address = new IPEndPoint(to, Server.Port);
        Log.ServerDialled(logger, Server, address);
        dialler.Connect(address);
    }
}

/// <summary>Limits on the memory that a server can make the client use.</summary>
/// <param name="MaxReplyBytes">A larger reply is dropped.</param>
/// <param name="Wire">Whoever sends a larger message is disconnected, before it costs memory.</param>
internal sealed record ClientLimits(int MaxReplyBytes, WireLimits Wire)
{
    private const int MaxFrames = 65_536;
    private const int MaxMessageBytes = int.MaxValue - (16 * 1024 * 1024); // with its headers it must fit into an array

    public static ClientLimits From(BinaryStarClientOptions options) =>
        new(options.MaxReplyBytes, new WireLimits((int)Math.Min((4L * options.MaxReplyBytes) + 1024, MaxMessageBytes), MaxFrames));
}
