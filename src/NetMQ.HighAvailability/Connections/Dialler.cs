using System.Net;
using System.Net.Sockets;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Connections;

/// <summary>
/// One connection that this side makes, and makes again when it is lost. The poller watches it; neither a thread of the pool nor one of
/// NetMQ's has to run. On the poller's thread, once <see cref="Attach"/>ed.
/// </summary>
/// <param name="kind">This side's socket type.</param>
/// <param name="newMechanism">Makes the security of a new connection.</param>
/// <param name="limits">What the other side may send.</param>
/// <param name="retry">How long to wait before the next attempt.</param>
/// <param name="handshake">How long an attempt may take, to the end of the handshake.</param>
/// <param name="clock">The time.</param>
internal sealed class Dialler(SocketKind kind, Func<Mechanism> newMechanism, WireLimits limits, TimeSpan retry, TimeSpan handshake, Clock clock) : IDisposable
{
    private NetMQPoller? poller;
    private Action? onReadable;
    private Connection? connection;
    private IPEndPoint? address;
    private TimeSpan nextAttempt;

    /// <summary>Called when the handshake is complete.</summary>
    public Action<Connection> OnReady { get; set; } = static _ => { };

    /// <summary>Called when a connection that was ready is lost, or one that was not cannot be made.</summary>
    /// <remarks>The argument: whether it was ready, and what was wrong with what the other side sent.</remarks>
    public Action<bool, WireFault> OnLost { get; set; } = static (_, _) => { };

    /// <summary>The connection, while its handshake is complete.</summary>
    public Connection? Ready => connection is { Wire.IsReady: true } ? connection : null;

    public void Attach(NetMQPoller poller, Action onReadable)
    {
        this.poller = poller;
        this.onReadable = onReadable;
    }

    /// <summary>Connects to an address, or connects anew, in place of what there was.</summary>
    public void Connect(IPEndPoint to)
    {
        address = to;
        Close();
        Attempt();
    }

    /// <summary>Closes the connection and makes a new one: nothing that was sent over the old one will be received.</summary>
    public void Renew()
    {
        Close();
        if (address is not null) Attempt();
    }

    /// <summary>Receives and takes the next message, or subscription; false if there is none.</summary>
    /// <remarks>Its frames are those of <see cref="Ready"/> until the next call.</remarks>
    public bool TryRead(out Connection from)
    {
        from = connection!;
        if (connection is null) return false;
        from.Done();
        while (true)
        {
            switch (from.Read())
            {
                case Reading.Message:
                    return true;
                case Reading.Ready:
                    OnReady(from);
                    break;
                case Reading.Over:
                    Lose();
                    return false;
                case Reading.Nothing:
                    if (from.HasReceived && !from.Flush()) Lose(); // not before: the other side greets first, or at the same time
                    if (connection != from || !Receive(from)) return false;
                    break;
                default:
                    from.Done();
                    break;
            }

            if (connection != from) return false; // a callback has replaced it
        }
    }

    /// <summary>Once a tick: makes the next attempt when it is due.</summary>
    public void Look(TimeSpan now)
    {
        if (connection is { Wire.IsReady: false } && now - connection.Began >= handshake) Lose();
        if (connection is null && address is not null && now >= nextAttempt) Attempt();
    }

    public void Dispose()
    {
        address = null;
        Close();
    }

    private bool Receive(Connection from)
    {
        if (from.Receive(out _))
        {
            from.Active = clock.Now;
            return true;
        }

        if (from.IsOver) Lose();
        return false;
    }

    private void Attempt()
    {
        var now = clock.Now;
        nextAttempt = now + retry;
        var socket = Listener.Prepare(new Socket(address!.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        connection = new Connection(socket, new WireConnection(kind, newMechanism(), limits), static _ => { }) { Began = now, Active = now };

        // Not Connect, which would throw: that costs much. Whether it succeeds is seen by reading; each side greets at once.
        var attempt = new SocketAsyncEventArgs { RemoteEndPoint = address };
        attempt.Completed += static (_, done) => done.Dispose();
        if (!socket.ConnectAsync(attempt)) attempt.Dispose();
        poller?.Add(socket, _ => onReadable!());
    }

    private void Lose()
    {
        var lost = connection!;
        var wasReady = lost.Wire.PassedHandshake;
        var fault = lost.Wire.Fault;
        Close();
        OnLost(wasReady, fault);
    }

    private void Close()
    {
        if (connection is null) return;
        if (poller is { IsDisposed: false }) poller.Remove(connection.Socket);
        connection.Dispose();
        connection = null;
    }
}
