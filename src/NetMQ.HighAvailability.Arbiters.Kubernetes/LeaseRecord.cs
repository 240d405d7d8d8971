using System.Globalization;
using k8s.Models;

namespace NetMQ.HighAvailability.Arbiters.Kubernetes;

/// <summary>A pair's record as a Lease, and back. Only the annotations are read, and only as they are written here.</summary>
internal static class LeaseRecord
{
    public const string Token = Prefix + "token";
    public const string Holder = Prefix + "holder";
    public const string Process = Prefix + "process";
    public const string Lease = Prefix + "lease-milliseconds";

    /// <summary>Another one in each write: the API server gives an object that has not changed no new version, and a renewal would go unnoticed.</summary>
    public const string WriteId = Prefix + "write";

    private const string Prefix = "netmq-high-availability/";
    private static readonly long LongestLease = TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMillisecond;

    public static V1Lease Write(string pair, string ns, ArbiterClaim claim) => new()
    {
        ApiVersion = $"{V1Lease.KubeGroup}/{V1Lease.KubeApiVersion}",
        Kind = V1Lease.KubeKind,
        Metadata = new V1ObjectMeta
        {
            Name = pair,
            NamespaceProperty = ns,
            Annotations = new Dictionary<string, string>
            {
                [Token] = Text(claim.Token),
                [Holder] = claim.Holder.ToString(),
                [Process] = claim.Process.ToString(),
                [Lease] = Text(claim.Lease.Ticks / TimeSpan.TicksPerMillisecond),
                [WriteId] = Guid.NewGuid().ToString(),
            },
        },
        Spec = new V1LeaseSpec
        {
            HolderIdentity = $"{claim.Holder}-{claim.Process}",
            LeaseTransitions = claim.Token <= int.MaxValue ? (int)claim.Token : null,
            LeaseDurationSeconds = WholeSeconds(claim.Lease),
            RenewTime = TimeProvider.System.GetUtcNow().UtcDateTime,
        },
    };

    /// <exception cref="InvalidDataException">The Lease is none that <see cref="Write"/> has made.</exception>
    public static ArbiterRecord Read(V1Lease lease) => new(LeaseVersion.Of(lease).ToString(), new ArbiterClaim(
        Number(lease, Token, 1, long.MaxValue),
        Role(lease, Holder),
        Id(lease, Process),
        TimeSpan.FromMilliseconds(Number(lease, Lease, 0, LongestLease))));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    // A Lease's duration cannot be 0.
    private static int? WholeSeconds(TimeSpan lease) => lease == TimeSpan.Zero ? null : (int)Math.Min(Math.Ceiling(lease.TotalSeconds), int.MaxValue);

    private static long Number(V1Lease lease, string key, long least, long most) =>
        long.TryParse(Value(lease, key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Text(number) == Value(lease, key) && number >= least && number <= most
            ? number
            : throw Malformed(lease, key);

    private static BinaryStarRole Role(V1Lease lease, string key) => Value(lease, key) switch
    {
        nameof(BinaryStarRole.Primary) => BinaryStarRole.Primary,
        nameof(BinaryStarRole.Backup) => BinaryStarRole.Backup,
        _ => throw Malformed(lease, key),
    };

    private static Guid Id(V1Lease lease, string key) =>
        Guid.TryParseExact(Value(lease, key), "D", out var id) && id.ToString() == Value(lease, key) ? id : throw Malformed(lease, key);

    private static string? Value(V1Lease lease, string key) => lease.Metadata.Annotations is { } values && values.TryGetValue(key, out var value) ? value : null;

    private static InvalidDataException Malformed(V1Lease lease, string key) => new(
        $"The Lease '{lease.Metadata.Name}' is not the record of a pair: its annotation {key} is {(Value(lease, key) is { } value ? $"'{value}'" : "missing")}. "
        + "If it belongs to another program, give the pair another name.");
}
