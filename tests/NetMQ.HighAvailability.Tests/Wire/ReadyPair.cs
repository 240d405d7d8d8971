using NetMQ.HighAvailability.Fuzz.Wire;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Wire;

/// <summary>A server's and a client's end of one connection after their handshake, with CURVE or without.</summary>
internal sealed class ReadyPair : IDisposable
{
    private readonly OutputBuffer forged = new();
    private readonly Mechanism clientsSecurity;

    public ReadyPair(bool curve, SocketKind server = SocketKind.Router, SocketKind client = SocketKind.Dealer, WireLimits? limits = null)
    {
        var keys = CurveKeyPair.New();
        var metadata = Metadata.Write(client, default);
        clientsSecurity = curve ? new CurveClient(metadata, CurveKeyPair.New(), keys.PublicKey) : new NullMechanism(metadata);
        Client = new WireEnd(client, clientsSecurity);
        Server = curve ? WireEnd.CurveServer(server, keys, limits: limits) : WireEnd.Null(server, limits: limits);
        WireEnd.Exchange(Server, Client);
        Server.Wire.IsReady.Should().BeTrue();
        Client.Wire.IsReady.Should().BeTrue();
    }

    public WireEnd Server { get; }

    public WireEnd Client { get; }

    /// <summary>A frame as the client sends it, whether ZMTP allows it or not.</summary>
    public byte[] Frame(ReadOnlySpan<byte> body, bool more = false, bool isCommand = false)
    {
        if (clientsSecurity.Session is not { } session) return WireBytes.Frame(body, more, isCommand);
        session.Seal(forged, body, more, isCommand);
        var frame = forged.Waiting.ToArray();
        forged.Consume(frame.Length);
        return frame;
    }

    public byte[] Command(string name, params ReadOnlySpan<byte> rest) => Frame(WireBytes.CommandBody(name, rest), isCommand: true);

    public void Dispose()
    {
        Server.Dispose();
        Client.Dispose();
        forged.Dispose();
    }
}
