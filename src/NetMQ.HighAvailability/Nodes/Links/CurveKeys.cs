namespace NetMQ.HighAvailability.Nodes.Links;

/// <summary>The CURVE keys of the state link.</summary>
/// <param name="Own">This node's key pair, with which its publisher proves its identity.</param>
/// <param name="Peer">The peer's public key: messages are received only from a publisher that proves it has the secret one.</param>
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
