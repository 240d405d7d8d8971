namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>What the state link is secured with.</summary>
/// <param name="Own">This node's keys: the publisher proves with them that it is this node.</param>
/// <param name="Peer">The peer's public key: whoever cannot prove that it has the secret one is not heard.</param>
internal sealed record CurveKeys(NetMQCertificate Own, NetMQCertificate Peer)
{
    public void Publish(NetMQSocket publisher)
    {
        publisher.Options.CurveServer = true;
        publisher.Options.CurveCertificate = Own;
    }

    public void Hear(NetMQSocket subscriber)
    {
        subscriber.Options.CurveServerCertificate = Peer;
        subscriber.Options.CurveCertificate = Own;
    }
}
