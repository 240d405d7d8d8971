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
/// <param name="retry">How long to wait from one attempt to the next; twice as long after each that fails.</param>
/// <param name="handshake">How long an attempt may take, to the end of the handshake.</param>
/// <param name="clock">The time.</param>
/// <param name="maxRetry">The longest such wait; always <paramref name="retry"/> if null.</param>
internal sealed class Dialler(
    SocketKind kind, Func<Mechanism> newMechanism, WireLimits limits, TimeSpan retry, TimeSpan handshake, Clock clock, TimeSpan? maxRetry = null) : IDisposable
{
    // What is received for one TryRead after the other, before others have their turn.
    private const int MaxReceives = 16;

    // Whoever asks again and again (PING) and takes no answer is cut off. No limit of what this side sends of itself.
    private const int MaxUnsentAnswers = 64 * 1024;

    private NetMQPoller? poller;
    private Action? onReadable;
    private Connection? connection;
    private IPEndPoint? address;
    private TimeSpan nextAttempt;
    private TimeSpan wait; // from the next attempt to the one after it
    private int receives;
    private int answers;       // bytes that were written in answer to commands, and may not have been taken
    private bool hasMessage;   // whose frames are given out
    private bool failedAtOnce; // the last attempt; told later, because its caller may be in the middle of something

    /// <summary>Called when the handshake is complete.</summary>
    public Action<Connection> OnReady { get; set; } = static _ => { };

    /// <summary>Called when a connection that was ready is lost, or one that was not cannot be made.</summary>
    /// <remarks>The argument: whether it was ready, and what was wrong with what the other side sent.</remarks>
    public Action<bool, WireFault> OnLost { get; set; } = static (_, _) => { };

    /// <summary>Called on any thread: what the system did not take at once has been sent, or could not be.</summary>
    public Action OnSent { get; set; } = static () => { };

    /// <summary>When <see cref="Look"/> has something to do, if nothing happens before.</summary>
    public TimeSpan? Due => (failedAtOnce, connection, address) switch
    {
        (true, _, _) => TimeSpan.Zero,
        (_, { Wire.IsReady: false }, _) => connection!.Began + handshake,
        (_, null, not null) => nextAttempt,
        _ => null,
    };

    /// <summary>Whether more may have arrived than the last <see cref="TryRead"/> took.</summary>
    public bool HasMore { get; private set; }

    /// <summary>The connection, while its handshake is complete.</summary>
    public Connection? Ready => connection is { Wire.IsReady: true } ? connection : null;

    /// <summary>Whether there is a connection that was begun after that.</summary>
    public bool HasBegunSince(TimeSpan time) => Ready is { } ready && ready.Began > time;

    /// <summary>Whether there is a connection on which something has been received since then.</summary>
    public bool HasReceivedSince(TimeSpan time) => Ready is { } ready && ready.Active > time;

    public void Attach(NetMQPoller poller, Action onReadable)
    {
        this.poller = poller;
        this.onReadable = onReadable;
    }

    /// <summary>Connects to an address, or connects anew, in place of what there was.</summary>
    public void Connect(IPEndPoint to)
    {
        address = to;
        wait = retry;
        Close();
        Attempt();
    }

    /// <summary>Closes the connection and makes a new one: nothing that was sent over the old one will be received.</summary>
    public void Renew()
    {
        Close();
        if (address is not null) Attempt();
    }

    /// <summary>
    /// Receives and takes the next message, or subscription; false if there is none, or if so much was received that it is the turn of
    /// others: the poller then calls again.
    /// </summary>
    /// <remarks>Its frames are those of <see cref="Ready"/> until the next call.</remarks>
    public bool TryRead(out Connection from)
    {
        from = connection!;
        if (connection is null) return false;
        if (hasMessage) from.Done();
        hasMessage = false;
        while (true)
        {
            switch (Read(from))
            {
                case Reading.Message:
                    return hasMessage = true;
                case Reading.Ready:
                    wait = retry;
                    OnReady(from);
                    break;
                case Reading.Over:
                    Lose();
                    break;
                case Reading.Nothing:
                    if (Receive(from)) break;
                    HasMore = receives > MaxReceives;
                    receives = 0;
                    if (connection == from && from.HasReceived) Flush(); // not before: the other side greets first, or at the same time
                    return false;
                default:
                    from.Done();
                    break;
            }

            if (connection != from) return false; // it is lost, or a callback has replaced it
        }
    }

    /// <summary>Sends what was written.</summary>
    public void Flush()
    {
        if (connection is not { } to) return;
        if (!to.Flush()) Lose();
        else if (to.UnsentBytes == 0) answers = 0;
        else if (answers > MaxUnsentAnswers) Lose(WireFault.TooLarge);
    }

    /// <summary>Once a tick: makes the next attempt when it is due.</summary>
    public void Look(TimeSpan now)
    {
        if (failedAtOnce || (connection is { Wire.IsReady: false } && now - connection.Began >= handshake)) Lose();
        if (connection is null && address is not null && now >= nextAttempt) Attempt();
    }

    public void Dispose()
    {
        address = null;
        Close();
    }

    private Reading Read(Connection from)
    {
        var before = from.Wire.Output.Length;
        var reading = from.Read();
        answers += from.Wire.Output.Length - before;
        return reading;
    }

    private bool Receive(Connection from)
    {
        if (receives++ == MaxReceives) return false;
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
        nextAttempt = now + wait;
        wait = TimeSpanMath.Min(2 * wait, maxRetry ?? retry);
        try
        {
            Attempt(Listener.Prepare(new Socket(address!.AddressFamily, SocketType.Stream, ProtocolType.Tcp)), now);
        }
        catch (SocketException)
        {
            failedAtOnce = true; // the system has no more sockets, or none of this kind
        }
    }

    private void Attempt(Socket socket, TimeSpan now)
    {
        connection = new Connection(socket, new WireConnection(kind, newMechanism(), limits), _ => OnSent()) { Began = now, Active = now };

        // Whether it succeeds is seen by reading; each side greets at once. Not ConnectAsync: .NET's own watch of sockets would then wake three
        // threads for every message that arrives.
        try
        {
            socket.Connect(address!);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // As it should be.
        }
        catch (SocketException)
        {
            failedAtOnce = true;
        }

        if (!failedAtOnce) poller?.Add(socket, _ => onReadable!());
    }

    private void Lose(WireFault fault = WireFault.None)
    {
        var wasReady = connection is { Wire.PassedHandshake: true };
        if (connection is { Wire.Fault: not WireFault.None and var found }) fault = found;
        Close();
        OnLost(wasReady, fault);
    }

    private void Close()
    {
        var wasWatched = !failedAtOnce;
        (failedAtOnce, hasMessage, HasMore, receives, answers) = (false, false, false, 0, 0);
        if (connection is null) return;
        if (wasWatched && poller is { IsDisposed: false }) poller.Remove(connection.Socket);
        connection.Dispose();
        connection = null;
    }
}
