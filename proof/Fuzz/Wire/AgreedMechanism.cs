using NaCl;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Fuzz.Wire;

/// <summary>CURVE after its handshake, with a key that both sides have had before: quick, and the same in every run.</summary>
internal sealed class AgreedMechanism(bool isServer) : Mechanism
{
    private const ulong LastOfHandshake = 2;

    public override ReadOnlySpan<byte> Name => "CURVE"u8;

    public override bool? IsServer => isServer;

    public static CurveSession NewSession(bool isServer) => new(new XSalsa20Poly1305(new byte[XSalsa20Poly1305.KeyLength]), isServer, LastOfHandshake, LastOfHandshake);

    public override void Begin(OutputBuffer output)
    {
    }

    public override WireFault Receive(ReadOnlySpan<byte> command, OutputBuffer output)
    {
        if (!command.Is(Commands.Ready, out var metadata)) return WireFault.Malformed;
        Session = NewSession(isServer);
        IsComplete = true;
        return Peer.Read(metadata);
    }
}
