using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Connections;

/// <summary>
/// Listens at one or more endpoints, and has the connections that were accepted there: who they are, which of them can be read, how much
/// memory they take. On the poller's thread, once <see cref="Attach"/>ed.
/// </summary>
internal sealed class ListeningPort : IDisposable
{
    private const int Backlog = 512;
    private const int MaxVisits = 16; // to connections that have nothing whole, in one call

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100); // of accepting, when the system has no more to give

    private readonly PortSettings settings;
    private readonly Clock clock;
    private readonly LogThrottle throttle;
    private readonly ILogger logger;
    private readonly List<Socket> listeners = [];
    private readonly HashSet<Connection> connections = [];
    private readonly LinkedList<Connection> handshaking = []; // the eldest first
    private readonly List<Connection> dirty = [];
    private readonly ConnectionWatch watch;
    private NetMQPoller? poller;
    private Connection? current;
    private TimeSpan? pausedUntil;
    private TimeSpan nextLook;
    private long unsent;
    private long held;
    private int keysVersion;
    private bool mayHaveMore;

    /// <exception cref="EndpointException">An endpoint cannot be bound; none stays bound.</exception>
    public ListeningPort(IReadOnlyList<TcpEndpoint> endpoints, PortSettings settings, LoopSignal signal, Clock clock, LogThrottle throttle, ILogger logger)
    {
        this.settings = settings;
        this.clock = clock;
        this.throttle = throttle;
        this.logger = logger;
        watch = new ConnectionWatch(signal) { OnTold = MarkDirty };
        try
        {
            foreach (var endpoint in endpoints) listeners.Add(Listener.Bind(endpoint, settings.What, Backlog));
        }
        catch
        {
            Dispose();
            throw;
        }

        Endpoints = [.. endpoints.Zip(listeners, (endpoint, listener) => endpoint with { Port = ((IPEndPoint)listener.LocalEndPoint!).Port })];
    }

    /// <summary>Where it listens, with the ports that the system chose.</summary>
    public IReadOnlyList<TcpEndpoint> Endpoints { get; } = [];

    public IReadOnlyCollection<Connection> Connections => connections;

    /// <summary>A connection whose message is being handled: it is not closed meanwhile.</summary>
    public Connection? InUse { get; set; }

    /// <summary>Called with a connection that is about to be closed.</summary>
    public Action<Connection> OnClosing { get; set; } = static _ => { };

    /// <summary>Whether something is left to be read that nothing else would wake the loop for.</summary>
    public bool HasWork => current is not null || watch.HasReady;

    public void Attach(NetMQPoller poller, Action onWork)
    {
        this.poller = poller;
        watch.Attach(poller, onWork);
        foreach (var listener in listeners) poller.Add(listener, Accept);
    }

    /// <inheritdoc cref="ConnectionWatch.Hold"/>
    public void Hold(bool value) => watch.Hold(value);

    /// <inheritdoc cref="ConnectionWatch.WakeLater"/>
    public void WakeLater() => watch.WakeLater();

    /// <summary>
    /// Reads on, from one connection after the other, none of which gets more than one chunk before the others have theirs.
    /// </summary>
    /// <returns>False if nothing is left, or enough was done for now. Otherwise what was found; the same connection goes on at the next call.</returns>
    public bool TryRead(out Connection connection, out Reading reading)
    {
        // A handshake with keys takes a fraction of a millisecond: a flood of them must not hold up the loop.
        for (var visits = 0; visits < MaxVisits && (current is not null || TryBegin()); visits++)
        {
            if (current is null) continue; // there was nothing to be read from it, or it has ended
            connection = current!;
            reading = connection.Read();
            if (reading == Reading.Ready) handshaking.Remove(connection.Handshake!);
            if (reading is not (Reading.Nothing or Reading.Over)) return true;

            current = null;
            if (reading == Reading.Over) Close(connection);
            else End(connection);
        }

        (connection, reading) = (null!, Reading.Nothing);
        return false;
    }

    /// <summary>Whether it may be sent more, beside what it has not taken yet.</summary>
    public bool HasRoom(Connection connection) => connection.UnsentBytes <= settings.MaxUnsent;

    /// <summary>Has what was written to it sent at the next <see cref="Flush"/>.</summary>
    public void MarkDirty(Connection connection)
    {
        if (connection.IsDirty) return;
        connection.IsDirty = true;
        dirty.Add(connection);
    }

    /// <summary>Sends what was written since the last time.</summary>
    /// <param name="unfinished">A connection to which a message is being written.</param>
    public void Flush(Connection? unfinished = null)
    {
        if (dirty.Count == 0) return;
        var left = 0;
        for (var i = 0; i < dirty.Count; i++)
        {
            var connection = dirty[i];
            if (connection.IsClosed)
            {
                connection.IsDirty = false;
                continue;
            }

            var isKept = connection == unfinished;
            if (!isKept && (connection.IsOver || connection.Flush())) Count(connection);
            isKept |= connection.IsOver && connection == InUse;
            if (isKept) dirty[left++] = connection;
            else connection.IsDirty = false;
            if (!isKept && connection.IsOver) Close(connection);
        }

        dirty.RemoveRange(left, dirty.Count - left);
        while (unsent > settings.MaxUnsentInAll && CutOffSlowest())
        {
        }
    }

    /// <summary>Once a tick: cuts off those whose handshake takes too long, makes room for those that are active, and misses none.</summary>
    /// <param name="now">The time.</param>
    /// <param name="tick">How long a tick is.</param>
    public void Look(TimeSpan now, TimeSpan tick)
    {
        watch.ReleaseIdle(now - tick);
        watch.LookAtBackground(connections);
        if (settings.Keys is { } keys && keys.Version != keysVersion)
        {
            keysVersion = keys.Version;
            foreach (var connection in connections.Where(connection => connection.Wire.PeerKey is { } key && !settings.IsAllowed(key)).ToArray()) Close(connection);
        }

        if (watch.IsHeld)
        {
            foreach (var each in handshaking) each.Began = now; // nobody reads what they say
        }

        while (handshaking.First is { Value: var eldest } && now - eldest.Began >= settings.Handshake)
        {
            if (throttle.Allows(LogEvent.HandshakeTimeout, now, out var suppressed)) Log.HandshakeTimeout(logger, settings.What, settings.Handshake, suppressed);
            Close(eldest);
        }

        if (now < pausedUntil || pausedUntil is null) return;
        pausedUntil = null;
        foreach (var listener in listeners) poller!.Add(listener, Accept);
    }

    /// <summary>Once a turn, at its end: sends what is left, has the loop come back to what is left to be read, and looks once a tick.</summary>
    /// <param name="now">The time.</param>
    /// <param name="tick">How long a tick is.</param>
    /// <param name="unfinished">A connection to which a message is being written.</param>
    public void EndTurn(TimeSpan now, TimeSpan tick, Connection? unfinished = null)
    {
        Flush(unfinished);
        if (HasWork && !watch.IsHeld) WakeLater();
        if (now < nextLook) return;
        nextLook = now + tick;
        Look(now, tick);
    }

    public void Close(Connection connection)
    {
        if (!connections.Remove(connection)) return;
        if (current == connection) current = null;
        if (connection.Wire.Fault is not (WireFault.None or WireFault.RefusedByPeer) && throttle.Allows(LogEvent.BadConnection, clock.Now, out var suppressed))
            Log.BadConnection(logger, settings.What, connection.Wire.Fault, suppressed);
        OnClosing(connection);
        watch.Remove(connection);
        if (connection.Handshake!.List is not null) handshaking.Remove(connection.Handshake);
        unsent -= connection.Counted.Unsent;
        held -= connection.Counted.Held;
        connection.Counted = default;
        connection.Dispose();
    }

    /// <summary>Accepts nobody any more.</summary>
    public void StopListening()
    {
        foreach (var listener in listeners)
        {
            if (pausedUntil is null && poller is { IsDisposed: false }) poller.Remove(listener);
            listener.Dispose();
        }

        listeners.Clear();
        pausedUntil = null;
    }

    public void Dispose()
    {
        StopListening();
        foreach (var connection in connections.ToArray()) Close(connection);
        settings.Keys?.Dispose();
    }

    private void Accept(Socket listener)
    {
        Socket socket;
        try
        {
            socket = listener.Accept();
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.ConnectionAborted or SocketError.ConnectionReset)
        {
            return; // who asked has gone
        }
        catch (SocketException e)
        {
            // It would be asked for again and again, at the loop's cost.
            pausedUntil = clock.Now + Pause;
            foreach (var each in listeners) poller!.Remove(each);
            if (throttle.Allows(LogEvent.RefusedBySystem, clock.Now, out var more)) Log.RefusedBySystem(logger, settings.What, e.SocketErrorCode, more);
            return;
        }

        // What is closed gives its descriptor back only a little later, if the system watched it: until then there is no more room than before.
        var isFull = connections.Count >= settings.MaxConnections || DescriptorLimit.IsNear(socket, settings.ReservedDescriptors);
        if (isFull && (!GiveUpHandshake() || DescriptorLimit.IsNear(socket, settings.ReservedDescriptors * 3 / 4)))
        {
            socket.Dispose();
            if (throttle.Allows(LogEvent.Refused, clock.Now, out var suppressed)) Log.Refused(logger, settings.What, connections.Count, suppressed);
            return;
        }

        if (handshaking.Count >= settings.MaxHandshakes) GiveUpHandshake();
        var now = clock.Now;
        try
        {
            Listener.Prepare(socket);
        }
        catch (SocketException)
        {
            socket.Dispose(); // who asked has gone
            return;
        }

        var connection = new Connection(socket, new WireConnection(settings.Kind, settings.NewMechanism(), settings.Limits), watch.Tell) { Began = now, Active = now };
        connections.Add(connection);
        connection.Handshake = handshaking.AddLast(connection);
        if (!connection.Flush()) Close(connection);
        else watch.Add(connection);
    }

    // False: no connection may have anything to be read. Otherwise the next of them has been visited.
    private bool TryBegin()
    {
        if (!watch.TryNext(out var next)) return false;
        if (next.Receive(out mayHaveMore))
        {
            next.Active = clock.Now;
            current = next;
        }
        else if (next.IsOver)
        {
            Close(next);
        }
        else
        {
            watch.Add(next);
        }

        return true;
    }

    // All that was received has been read.
    private void End(Connection connection)
    {
        Count(connection);
        if (held > settings.MaxHeldInAll) CutOffEldest();
        if (connection.IsOver) return;
        if (connection.Wire.Output.Length > 0) MarkDirty(connection); // of the handshake, or a PONG
        if (connection.UnsentBytes > settings.MaxUnsent) Close(connection); // it asks and asks, and takes no answer
        else if (mayHaveMore) watch.Enqueue(connection);
        else watch.Add(connection);
    }

    private void Count(Connection connection)
    {
        var now = (connection.UnsentBytes, connection.HeldBytes);
        unsent += now.UnsentBytes - connection.Counted.Unsent;
        held += now.HeldBytes - connection.Counted.Held;
        connection.Counted = now;
    }

    // For a newcomer, who may be honest: whoever keeps a connection without a handshake does not get far by it.
    private bool GiveUpHandshake()
    {
        if (handshaking.First is not { Value: var eldest }) return false;
        if (throttle.Allows(LogEvent.GaveUpHandshake, clock.Now, out var suppressed)) Log.GaveUpHandshake(logger, settings.What, connections.Count, suppressed);
        Close(eldest);
        return true;
    }

    // Who has held memory for the longest time with a message that does not end.
    private void CutOffEldest()
    {
        var eldest = connections.Where(connection => connection.Counted.Held > 0).MinBy(connection => connection.Active);
        if (eldest is null) return;
        if (throttle.Allows(LogEvent.OutOfRoom, clock.Now, out var suppressed)) Log.OutOfRoom(logger, settings.What, held, suppressed);
        Close(eldest);
    }

    // Who has left the most unread; the others would get no answers for want of room.
    private bool CutOffSlowest()
    {
        if (connections.Count(connection => connection.Counted.Unsent > 0) < 2) return false; // one large reply, to a client that may well be reading it
        var slowest = connections.Where(connection => connection != InUse).MaxBy(connection => connection.Counted.Unsent);
        if (slowest is not { Counted.Unsent: > 0 }) return false;
        if (throttle.Allows(LogEvent.SlowReader, clock.Now, out var suppressed)) Log.SlowReader(logger, settings.What, unsent, suppressed);
        Close(slowest);
        return true;
    }
}
