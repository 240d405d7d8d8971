using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>The CURVE keys of the state link.</summary>
/// <param name="Own">This node's key pair, with which it proves its identity in both directions.</param>
/// <param name="Peer">The peer's public key: only who proves to have its secret one is sent the state, and believed.</param>
internal sealed record CurveKeys(CurveKeyPair Own, byte[] Peer)
{
    public CurveKeys(NetMQCertificate own, NetMQCertificate peer)
        : this(new CurveKeyPair(own.SecretKey!, own.PublicKey), peer.PublicKey)
    {
    }

    public Mechanism ToServer(byte[] metadata) => new CurveServer(metadata, Own, key => key.SequenceEqual(Peer));

    public Mechanism ToClient(byte[] metadata) => new CurveClient(metadata, Own, Peer);
}
