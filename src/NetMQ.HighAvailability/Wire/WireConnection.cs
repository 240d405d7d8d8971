namespace NetMQ.HighAvailability.Wire;

/// <summary>What <see cref="WireConnection.Read"/> found.</summary>
internal enum WireItem
{
    /// <summary>Nothing whole: more bytes are needed.</summary>
    Incomplete,

    /// <summary>Bytes that were this class's own affair.</summary>
    Progress,

    /// <summary>The handshake is complete.</summary>
    Ready,

    /// <summary>A frame of a message.</summary>
    Frame,

    /// <summary>A subscription; its topic is the frame.</summary>
    Subscribe,

    /// <summary>The end of a subscription; its topic is the frame.</summary>
    Cancel,

    /// <summary>Nothing more is to be read: <see cref="WireConnection.Fault"/> says why.</summary>
    Fault,
}

/// <summary>Where in the bytes that were read a frame's body is.</summary>
/// <param name="Taken">How many bytes of the input are done with.</param>
/// <param name="Start">Where the body begins.</param>
/// <param name="Length">How long it is.</param>
/// <param name="More">Whether further frames of the same message follow.</param>
internal readonly record struct WireFrame(int Taken, int Start, int Length, bool More);

/// <summary>
/// One connection by ZMTP: bytes in, frames out, and the bytes to be sent; or a reason to close. Knows no socket and no clock,
/// allocates nothing for a length that was merely claimed, and throws nothing whatever the bytes are.
/// </summary>
/// <remarks>Source: ZMTP 3.1 (ZeroMQ RFC 37).</remarks>
internal sealed class WireConnection : IDisposable
{
    private const int MostMessageBytes = int.MaxValue - FrameHeader.MaxBytes - CurveSession.Overhead; // so that no sum overflows

    private readonly SocketKind kind;
    private readonly Mechanism mechanism;
    private readonly WireLimits limits;
    private Stage stage;
    private CurveSession? session;
    private int frames;        // of the message that is being read, with the commands between them
    private int messageBytes;  // likewise

    private enum Stage
    {
        Greeting,
        Handshake,
        Traffic,
        Closed,
    }

    /// <param name="kind">This side's socket type.</param>
    /// <param name="mechanism">The security, which also tells the peer about this side.</param>
    /// <param name="limits">What the peer may send.</param>
    public WireConnection(SocketKind kind, Mechanism mechanism, WireLimits limits)
    {
        this.kind = kind;
        this.mechanism = mechanism;
        this.limits = limits with { MaxMessageBytes = Math.Min(limits.MaxMessageBytes, MostMessageBytes) };
        var greeting = Output.Reserve(Greeting.Bytes);
        Greeting.Write(greeting, mechanism.Name, mechanism.IsServer == true);
        Output.Advance(Greeting.Bytes);
    }

    /// <summary>What is to be sent.</summary>
    public OutputBuffer Output { get; } = new();

    public WireFault Fault { get; private set; }

    public bool IsReady => stage == Stage.Traffic;

    /// <summary>Whether the handshake was completed, also if the connection has been closed since.</summary>
    public bool PassedHandshake { get; private set; }

    /// <summary>Whether the peer knows ZMTP 3.1's commands.</summary>
    public bool PeerHasCommands { get; private set; }

    /// <summary>What the peer has told about itself.</summary>
    public Metadata Peer => mechanism.Peer;

    /// <inheritdoc cref="Mechanism.PeerKey"/>
    public byte[]? PeerKey => mechanism.PeerKey;

    /// <summary>After <see cref="WireItem.Incomplete"/>: how many bytes the input must have for the next step, as far as can be told.</summary>
    public int Needed { get; private set; }

    /// <summary>Takes the next item from the bytes that have arrived and are not done with. Opens sealed frames in place.</summary>
    public WireItem Read(Span<byte> input, out WireFrame frame)
    {
        if (stage == Stage.Traffic) return ReadTraffic(input, out frame);
        frame = default;
        return stage switch
        {
            Stage.Greeting => ReadGreeting(input, out frame),
            Stage.Handshake => ReadHandshake(input, out frame),
            _ => WireItem.Fault,
        };
    }

    /// <summary>Writes a frame of a message. Only once <see cref="IsReady"/>.</summary>
    public void WriteFrame(ReadOnlySpan<byte> body, bool more)
    {
        if (session is not null)
        {
            session.Seal(Output, body, more, isCommand: false);
            return;
        }

        var to = Output.Reserve(FrameHeader.MaxBytes + body.Length);
        var header = FrameHeader.Write(to, body.Length, more);
        body.CopyTo(to[header..]);
        Output.Advance(header + body.Length);
    }

    /// <summary>Writes a subscription to a topic, in the way that the peer understands. Only once <see cref="IsReady"/>.</summary>
    public void WriteSubscription(ReadOnlySpan<byte> topic)
    {
        if (PeerHasCommands)
        {
            WriteCommand(Commands.Subscribe, topic);
            return;
        }

        Span<byte> message = stackalloc byte[1 + WireLimits.MaxTopicBytes];
        message[0] = 1;
        topic.CopyTo(message[1..]);
        WriteFrame(message[..(1 + topic.Length)], more: false);
    }

    public void Dispose()
    {
        stage = Stage.Closed;
        mechanism.Dispose();
        Output.Dispose();
    }

    private void WriteCommand(ReadOnlySpan<byte> name, ReadOnlySpan<byte> rest)
    {
        if (session is null)
        {
            Commands.Write(Output, name, rest);
            return;
        }

        Span<byte> command = stackalloc byte[16 + WireLimits.MaxTopicBytes];
        name.CopyTo(command);
        rest.CopyTo(command[name.Length..]);
        session.Seal(Output, command[..(name.Length + rest.Length)], more: false, isCommand: true);
    }

    /// <summary>Reads nothing more, for a reason that only its user can know.</summary>
    public void Refuse(WireFault reason) => Fail(reason);

    private WireItem Fail(WireFault fault)
    {
        Fault = fault;
        stage = Stage.Closed;
        return WireItem.Fault;
    }

    private WireItem ReadGreeting(ReadOnlySpan<byte> input, out WireFrame frame)
    {
        frame = default;
        var fault = Greeting.Check(input, mechanism.Name, mechanism.IsServer);
        if (fault != WireFault.None) return Fail(fault);
        Needed = Greeting.Bytes;
        if (input.Length < Greeting.Bytes) return WireItem.Incomplete;

        PeerHasCommands = Greeting.HasCommands(input);
        frame = new WireFrame(Greeting.Bytes, 0, 0, false);
        stage = Stage.Handshake;
        mechanism.Begin(Output);
        return WireItem.Progress;
    }

    private WireItem ReadHandshake(ReadOnlySpan<byte> input, out WireFrame frame)
    {
        frame = default;
        Needed = FrameHeader.MaxBytes;
        if (!FrameHeader.TryRead(input, out var header)) return WireItem.Incomplete;
        if (header.HeaderBytes == 0 || !header.IsCommand) return Fail(WireFault.Malformed);
        if (header.BodyBytes > WireLimits.MaxCommandBytes) return Fail(WireFault.TooLarge);
        var length = (int)header.BodyBytes;
        Needed = header.HeaderBytes + length;
        if (input.Length < Needed) return WireItem.Incomplete;

        var command = input.Slice(header.HeaderBytes, length);
        if (!Commands.IsWellFormed(command)) return Fail(WireFault.Malformed);
        var fault = mechanism.Receive(command, Output);
        if (fault != WireFault.None) return Fail(fault);
        frame = new WireFrame(Needed, 0, 0, false);
        if (!mechanism.IsComplete) return WireItem.Progress;

        if (!kind.Accepts(Peer.Kind)) return Fail(WireFault.WrongSocketType);
        if (kind == SocketKind.Router && Peer.Identity is [0, ..]) return Fail(WireFault.ReservedIdentity);
        session = mechanism.Session;
        stage = Stage.Traffic;
        PassedHandshake = true;
        return WireItem.Ready;
    }

    private WireItem ReadTraffic(Span<byte> input, out WireFrame frame)
    {
        frame = default;
        if (!FrameHeader.TryRead(input, out var header))
        {
            Needed = FrameHeader.MaxBytes;
            return WireItem.Incomplete;
        }

        if (header.HeaderBytes == 0) return Fail(WireFault.Malformed);
        var most = header.IsCommand ? WireLimits.MaxCommandBytes : limits.MaxMessageBytes - messageBytes;
        if (session is not null) most = Math.Max(most, WireLimits.MaxCommandBytes) + CurveSession.Overhead; // which of the two it is, is sealed
        if (header.BodyBytes > (ulong)most) return Fail(WireFault.TooLarge);
        var length = (int)header.BodyBytes;
        if (input.Length - header.HeaderBytes < length)
        {
            Needed = header.HeaderBytes + length;
            return WireItem.Incomplete;
        }

        var taken = header.HeaderBytes + length;
        if (session is null)
        {
            frame = new WireFrame(taken, header.HeaderBytes, length, header.More);
            return header.IsCommand ? TakeCommand(input, ref frame) : TakeFrame(input, ref frame);
        }

        if (header.More) return Fail(WireFault.Malformed); // whether more frames follow is sealed
        var fault = session.Open(input.Slice(header.HeaderBytes, length), out var start, out length, out var more, out var isCommand);
        if (fault != WireFault.None) return Fail(fault);
        frame = new WireFrame(taken, header.HeaderBytes + start, length, more);
        return isCommand ? TakeCommand(input, ref frame) : TakeFrame(input, ref frame);
    }

    private WireItem TakeFrame(ReadOnlySpan<byte> input, ref WireFrame frame)
    {
        if (!IsWithinMessage(frame.Length)) return Fail(WireFault.TooLarge);
        var isAlone = frames == 1 && !frame.More;
        if (!frame.More) frames = messageBytes = 0;
        return kind is SocketKind.Pub or SocketKind.XPub ? TakeFromSubscriber(input, isAlone, ref frame) : WireItem.Frame;
    }

    private bool IsWithinMessage(int bytes)
    {
        if (++frames > limits.MaxFrames || bytes > limits.MaxMessageBytes - messageBytes) return false;
        messageBytes += bytes;
        return true;
    }

    // Before ZMTP 3.1 a subscription is a message: 1 or 0, and the topic. What else a subscriber sends is nothing to a publisher.
    private WireItem TakeFromSubscriber(ReadOnlySpan<byte> input, bool isAlone, ref WireFrame frame)
    {
        if (!isAlone || frame.Length == 0 || input[frame.Start] > 1) return WireItem.Progress;
        if (frame.Length > 1 + WireLimits.MaxTopicBytes) return Fail(WireFault.TooLarge);
        var item = input[frame.Start] == 1 ? WireItem.Subscribe : WireItem.Cancel;
        frame = frame with { Start = frame.Start + 1, Length = frame.Length - 1 };
        return item;
    }

    // A command may come between the frames of a message: libzmq sends a PING when its time has come.
    private WireItem TakeCommand(ReadOnlySpan<byte> input, ref WireFrame frame)
    {
        const int timeToLiveBytes = 2;
        const int maxContextBytes = 16;
        var command = input.Slice(frame.Start, frame.Length);
        if (frame.Length > WireLimits.MaxCommandBytes || (frames > 0 && !IsWithinMessage(frame.Length))) return Fail(WireFault.TooLarge);
        if (frame.More || !Commands.IsWellFormed(command)) return Fail(WireFault.Malformed);
        if (Commands.IsError(command)) return Fail(WireFault.RefusedByPeer);
        if (command.Is(Commands.Ping, out var ping))
        {
            if (ping.Length is < timeToLiveBytes or > timeToLiveBytes + maxContextBytes) return Fail(WireFault.Malformed);
            WriteCommand(Commands.Pong, ping[timeToLiveBytes..]);
        }
        else if (command.Is(Commands.Subscribe, out var topic) || command.Is(Commands.Cancel, out topic))
        {
            if (kind is not (SocketKind.Pub or SocketKind.XPub)) return Fail(WireFault.Malformed);
            if (topic.Length > WireLimits.MaxTopicBytes) return Fail(WireFault.TooLarge);
            frame = frame with { Start = frame.Start + frame.Length - topic.Length, Length = topic.Length };
            return command.StartsWith(Commands.Subscribe) ? WireItem.Subscribe : WireItem.Cancel;
        }

        return WireItem.Progress; // among them the commands that we do not know
    }
}
