using System.Net.Sockets;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Connections;

/// <summary>What <see cref="Connection.Read"/> found.</summary>
internal enum Reading
{
    /// <summary>Nothing whole, until more arrives.</summary>
    Nothing,

    /// <summary>A whole message: <see cref="Connection.FrameCount"/> and <see cref="Connection.Frame"/>.</summary>
    Message,

    /// <summary>The handshake is complete.</summary>
    Ready,

    /// <summary>A subscription or the end of one; the topic is the only frame.</summary>
    Subscribe,

    /// <inheritdoc cref="Subscribe"/>
    Cancel,

    /// <summary>The connection is over: the peer has closed it, or must be cut off.</summary>
    Over,
}

/// <summary>
/// A TCP connection with its protocol: receives when told that something has arrived, holds what is not whole, and sends without
/// blocking. On the poller's thread, but for what the system tells of in the background.
/// </summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket socket;
    private readonly WireConnection wire;
    private readonly Action<Connection> onBackground; // any thread: something has happened that OnLoop must look at
    private InputBuffer input;
    private (int Start, int Length)[] frames = new (int, int)[4];
    private SocketAsyncEventArgs? waiting;
    private SocketAsyncEventArgs? sending;
    private SentBuffer inFlight;
    private volatile bool isSending;
    private volatile bool isWaiting;
    private volatile bool sendingFailed;
    private bool isLingering;

    public Connection(Socket socket, WireConnection wire, Action<Connection> onBackground)
    {
        this.socket = socket;
        this.wire = wire;
        this.onBackground = onBackground;
        OnReadable = _ => Readable?.Invoke(this);
    }

    public Socket Socket => socket;

    public WireConnection Wire => wire;

    /// <summary>What the poller calls.</summary>
    public Action<Socket> OnReadable { get; }

    public Action<Connection>? Readable { get; set; }

    /// <summary>When it began, or last received.</summary>
    public TimeSpan Active { get; set; }

    /// <summary>Whether the poller watches it; otherwise the system does, in the background.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Whether it is in a list of those to be read.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether it is in a list of those to be sent.</summary>
    public bool IsDirty { get; set; }

    public bool IsOver { get; private set; }

    /// <summary>Whether it has been disposed of.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Whether the system will tell when something arrives.</summary>
    public bool IsWaiting => isWaiting;

    /// <summary>Whether anything has been received.</summary>
    public bool HasReceived { get; private set; }

    public int FrameCount { get; private set; }

    public int UnsentBytes => wire.Output.Length + (isSending ? inFlight.Length : 0);

    /// <summary>What its port has counted of it: unsent bytes, and memory that holds what is not whole.</summary>
    public (int Unsent, int Held) Counted { get; set; }

    /// <summary>When it was accepted.</summary>
    public TimeSpan Began { get; set; }

    /// <summary>Its place among those whose handshake is not complete.</summary>
    public LinkedListNode<Connection>? Handshake { get; set; }

    /// <summary>Anything that the port's user knows about it.</summary>
    public object? Tag { get; set; }

    /// <summary>How much memory holds what is not whole.</summary>
    public int HeldBytes => input.Capacity;

    /// <summary>Whether bytes have arrived that <see cref="Read"/> has not taken.</summary>
    public bool HasUnread => input.Unread.Length > 0;

    /// <summary>The body of a frame of the present message, until <see cref="Done"/>.</summary>
    public ReadOnlySpan<byte> Frame(int index)
    {
        var (start, length) = frames[index];
        return input.Slice(start, length);
    }

    /// <summary>Receives once. False: nothing is there, or the connection is over.</summary>
    /// <param name="full">Whether there may be more at once.</param>
    public bool Receive(out bool full)
    {
        full = false;
        if (IsOver) return false;
        var room = input.Room(wire.Needed);
        var received = socket.Receive(room, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock || (error == SocketError.NotConnected && IsConnecting))
        {
            input.Rest();
            return false;
        }

        if (error != SocketError.Success || received == 0)
        {
            IsOver = true;
            return false;
        }

        HasReceived = true;
        input.Received(received);
        full = received == room.Length;
        return true;
    }

    // Windows says of such a socket that it is not connected, and Linux that it would block.
    private bool IsConnecting => !HasReceived && (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! == 0;

    /// <summary>Takes the next item of what has been received.</summary>
    public Reading Read()
    {
        if (IsOver && !HasUnread) return Reading.Over;
        while (true)
        {
            var position = input.Position;
            var item = wire.Read(input.Unread, out var frame);
            input.Advance(frame.Taken);
            switch (item)
            {
                case WireItem.Frame:
                    Add(position + frame.Start, frame.Length);
                    if (!frame.More) return Reading.Message;
                    break;
                case WireItem.Progress:
                    if (FrameCount == 0) input.Drop();
                    break;
                case WireItem.Ready:
                    input.Drop();
                    return Reading.Ready;
                case WireItem.Subscribe or WireItem.Cancel:
                    Add(position + frame.Start, frame.Length);
                    return item == WireItem.Subscribe ? Reading.Subscribe : Reading.Cancel;
                case WireItem.Incomplete:
                    input.Rest();
                    return IsOver ? Reading.Over : Reading.Nothing;
                default:
                    IsOver = true;
                    return Reading.Over;
            }
        }
    }

    /// <summary>The present message is done with.</summary>
    public void Done()
    {
        const int kept = 64;
        FrameCount = 0;
        if (frames.Length > kept) frames = new (int, int)[4];
        input.Drop();
    }

    /// <summary>Sends as much as the system takes at once, and the rest in the background.</summary>
    /// <returns>False if the connection is over.</returns>
    public bool Flush()
    {
        if (IsOver) return false;
        if (isSending) return true;
        if (sendingFailed)
        {
            IsOver = true;
            return false;
        }

        var output = wire.Output;
        if (output.Length == 0) return true;
        var sent = socket.Send(output.Waiting, SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            IsOver = true;
            return false;
        }

        output.Consume(error == SocketError.Success ? sent : 0);
        if (output.Length > 0) SendInBackground();
        return true;
    }

    /// <summary>Has the system tell, in the background, when something has arrived.</summary>
    public void Wait()
    {
        if (isWaiting || IsOver) return;
        if (waiting is null)
        {
            waiting = new SocketAsyncEventArgs();
            waiting.SetBuffer(Memory<byte>.Empty); // no memory is tied to a connection that is idle
            waiting.Completed += (_, _) =>
            {
                isWaiting = false;
                onBackground(this);
            };
        }

        isWaiting = true;
        if (socket.ReceiveAsync(waiting)) return;
        isWaiting = false;
        onBackground(this);
    }

    /// <summary>
    /// Lets the peer have, in the background, what was written to it before the connection is closed. Bytes that are left unread would have
    /// the kernel cut the connection off, and the peer lose what it has not read yet.
    /// </summary>
    public void Linger(TimeSpan limit)
    {
        if (IsOver || !wire.IsReady || (UnsentBytes == 0 && socket.Available == 0)) return;
        isLingering = true;
        _ = LingerAsync(wire.Output.Detach(), limit);
    }

    public void Dispose()
    {
        IsOver = IsClosed = true;
        if (!isLingering) socket.Dispose();
        wire.Dispose();
        input.Release();
        if (!isWaiting) waiting?.Dispose();
        if (isSending) return; // the end of the sending returns its buffer
        sending?.Dispose();
    }

    private async Task LingerAsync(SentBuffer rest, TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            while (isSending) await Task.Delay(1, timeout.Token).ConfigureAwait(false);
            if (rest.Length > 0) await socket.SendAsync(rest.Bytes, timeout.Token).ConfigureAwait(false);
            socket.Shutdown(SocketShutdown.Send);
            var sink = new byte[1024];
            while (await socket.ReceiveAsync(sink, timeout.Token).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The peer has gone, or takes too long.
        }
        finally
        {
            rest.Return();
            socket.Dispose();
        }
    }

    private void Add(int start, int length)
    {
        if (FrameCount == frames.Length) Array.Resize(ref frames, 2 * FrameCount);
        frames[FrameCount++] = (start, length);
    }

    private void SendInBackground()
    {
        if (sending is null)
        {
            sending = new SocketAsyncEventArgs();
            sending.Completed += (_, _) => Sent();
        }

        inFlight = wire.Output.Detach();
        isSending = true;
        sending.SetBuffer(inFlight.Bytes);
        if (!socket.SendAsync(sending)) Sent();
    }

    private void Sent()
    {
        inFlight.Return();
        sendingFailed = sending!.SocketError != SocketError.Success;
        isSending = false;
        onBackground(this);
    }
}
