using k8s.Models;

namespace NetMQ.HighAvailability.Arbiters.Kubernetes;

/// <summary>Which version of which Lease.</summary>
/// <remarks>
/// The resourceVersion alone would not do. The API server creates a Lease by PUT where there is none, whatever resourceVersion the request names: a write that
/// expects a deleted record would begin a new one. It refuses that when the request has the deleted Lease's uid.
/// </remarks>
internal sealed record LeaseVersion(string Uid, string ResourceVersion)
{
    private const char Separator = '/';

    public static LeaseVersion Of(V1Lease lease) => lease.Metadata is { Uid: { Length: > 0 } uid, ResourceVersion: { Length: > 0 } version }
        ? new LeaseVersion(uid, version)
        : throw new FormatException("The API server's answer is a Lease without a uid or a resourceVersion.");

    public static LeaseVersion Parse(string version) => version.Split(Separator) is [{ Length: > 0 } uid, { Length: > 0 } resource]
        ? new LeaseVersion(uid, resource)
        : throw new ArgumentException($"'{version}' is not a version that {nameof(KubernetesArbiter)} gave: it has the form uid{Separator}resourceVersion.", nameof(version));

    public override string ToString() => $"{Uid}{Separator}{ResourceVersion}";
}
