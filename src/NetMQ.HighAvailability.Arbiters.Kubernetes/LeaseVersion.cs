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

    /// <summary>What no Lease has. A write that expects a version of another store is sent with it, so that the API server refuses it.</summary>
    private static readonly LeaseVersion Foreign = new("none", "1");

    public static LeaseVersion Of(V1Lease lease) => lease.Metadata is { Uid: { Length: > 0 } uid, ResourceVersion: { Length: > 0 } version }
        ? new LeaseVersion(uid, version)
        : throw new InvalidDataException("The API server's answer is a Lease without a uid or a resourceVersion.");

    /// <remarks>Strict: a resourceVersion of 0 would be none, and then nothing were compared.</remarks>
    public static LeaseVersion Parse(string version) => version.Split(Separator) is [{ Length: > 0 } uid, [>= '1' and <= '9', ..] resource] && resource.All(char.IsAsciiDigit) && ulong.TryParse(resource, out _)
        ? new LeaseVersion(uid, resource)
        : Foreign;

    public override string ToString() => $"{Uid}{Separator}{ResourceVersion}";
}
