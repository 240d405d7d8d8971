namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>The keys of one pair.</summary>
internal sealed class Keys
{
    private readonly NetMQCertificate primary = new();
    private readonly NetMQCertificate backup = new();

    public NetMQCertificate Of(BinaryStarRole role) => role == BinaryStarRole.Primary ? primary : backup;

    /// <summary>Secures a node's link; the role must be set.</summary>
    public void Secure(BinaryStarOptions options)
    {
        options.Certificate = Of(options.Role);
        options.PeerCertificate = NetMQCertificate.FromPublicKey(Of(Support.TestNode.Other(options.Role)).PublicKey);
    }
}
