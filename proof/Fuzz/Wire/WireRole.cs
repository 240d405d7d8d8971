using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Fuzz.Wire;

/// <summary>One of the four ends that ours are, and what is at its other end.</summary>
internal sealed record WireRole(string Name, SocketKind Kind, SocketKind PeerKind, bool IsServer, WireLimits Limits)
{
    public static WireRole Voter { get; } = new("voter", SocketKind.Router, SocketKind.Dealer, IsServer: true, new WireLimits(8192, 8));

    public static WireRole Publisher { get; } = new("publisher", SocketKind.Pub, SocketKind.Sub, IsServer: true, new WireLimits(1 + WireLimits.MaxTopicBytes, 1));

    public static WireRole Subscriber { get; } = new("subscriber", SocketKind.Sub, SocketKind.Pub, IsServer: false, new WireLimits(64, 4));

    public static WireRole Client { get; } = new("client", SocketKind.Dealer, SocketKind.Router, IsServer: false, new WireLimits(1024, 8));

    public static WireRole[] All { get; } = [Voter, Publisher, Subscriber, Client];

    /// <summary>The server's keys in every run, so that a recorded HELLO is good in the next.</summary>
    public static CurveKeyPair ServerKeys { get; } = KeysOf(1);

    public static CurveKeyPair ClientKeys { get; } = KeysOf(2);

    /// <summary>This end.</summary>
    public WireEnd New(Mechanism mechanism) => new(Kind, mechanism, Limits);

    public WireEnd NewNull() => New(new NullMechanism(Metadata.Write(Kind, default)));

    public WireEnd NewCurve() => New(NewCurve(Kind, IsServer));

    /// <summary>An honest other end.</summary>
    public WireEnd NewPeer() => new(PeerKind, NewCurve(PeerKind, !IsServer));

    private static Mechanism NewCurve(SocketKind kind, bool isServer)
    {
        var metadata = Metadata.Write(kind, default);
        return isServer ? new CurveServer(metadata, ServerKeys, null) : new CurveClient(metadata, ClientKeys, ServerKeys.PublicKey);
    }

    private static CurveKeyPair KeysOf(byte number)
    {
        byte[] secret = [number, .. new byte[CurveKeyPair.KeyBytes - 1]];
        return new CurveKeyPair(secret, NaCl.Curve25519.ScalarMultiplicationBase(secret));
    }
}
