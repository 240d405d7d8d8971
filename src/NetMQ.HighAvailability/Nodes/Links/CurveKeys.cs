using NetMQ.HighAvailability.Connections;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>The CURVE keys of the state link.</summary>
/// <param name="Own">This node's key pair, with which it proves its identity in both directions.</param>
/// <param name="Peer">The peer's public key: only who proves to have its secret one is sent the state, and believed.</param>
/// <param name="Monitors">The keys of those that are sent the state beside the peer, if there are any.</param>
internal sealed record CurveKeys(CurveKeyPair Own, byte[] Peer, KeyFolder? Monitors)
{
    public bool IsAllowed(ReadOnlySpan<byte> key) => key.SequenceEqual(Peer) || Monitors?.Contains(key) == true;

    public Mechanism ToServer(byte[] metadata) => new CurveServer(metadata, Own, IsAllowed);

    public Mechanism ToClient(byte[] metadata) => new CurveClient(metadata, Own, Peer);
}
