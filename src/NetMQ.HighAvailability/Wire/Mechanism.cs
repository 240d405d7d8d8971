namespace NetMQ.HighAvailability.Wire;

/// <summary>The security mechanism of one connection, and through it the handshake: one command after the other, both ways.</summary>
internal abstract class Mechanism : IDisposable
{
    public abstract ReadOnlySpan<byte> Name { get; }

    /// <summary>Whether this side is the mechanism's server; null if it has none.</summary>
    public abstract bool? IsServer { get; }

    /// <summary>What the peer tells about itself; whole when the handshake <see cref="IsComplete"/>.</summary>
    public Metadata Peer { get; } = new();

    public bool IsComplete { get; protected set; }

    /// <summary>The key that the peer has proved to have; null if it did not have to.</summary>
    public byte[]? PeerKey { get; protected set; }

    /// <summary>Seals and opens what follows the handshake; null if nothing is to be sealed.</summary>
    public CurveSession? Session { get; protected set; }

    /// <summary>The greetings are exchanged: writes the first command, if it is this side's turn.</summary>
    public abstract void Begin(OutputBuffer output);

    /// <summary>Takes the peer's next command, and writes the answer.</summary>
    public abstract WireFault Receive(ReadOnlySpan<byte> command, OutputBuffer output);

    /// <summary>Wipes the keys of this connection.</summary>
    public virtual void Dispose() => Session?.Dispose();
}

/// <summary>No security: each side sends READY with its metadata.</summary>
/// <remarks>Source: ZMTP 3.1 (ZeroMQ RFC 37), "The NULL Security Mechanism".</remarks>
internal sealed class NullMechanism(byte[] metadata) : Mechanism
{
    public override ReadOnlySpan<byte> Name => "NULL"u8;

    public override bool? IsServer => null;

    public override void Begin(OutputBuffer output) => Commands.Write(output, Commands.Ready, metadata);

    public override WireFault Receive(ReadOnlySpan<byte> command, OutputBuffer output)
    {
        if (Commands.IsError(command)) return WireFault.RefusedByPeer;
        if (!command.Is(Commands.Ready, out var properties)) return WireFault.Malformed;
        IsComplete = true;
        return Peer.Read(properties);
    }
}
