using k8s;
using k8s.Autorest;
using k8s.Models;

namespace NetMQ.HighAvailability.Arbiters.Kubernetes;

/// <summary>
/// An arbiter whose record of a pair is a <c>Lease</c> of Kubernetes, which has the pair's name. The API server is asked for nothing but to read it, to
/// create it, and to replace it if it is unchanged. Thread-safe.
/// </summary>
/// <remarks>
/// The record is the <c>Lease</c>'s annotations; its <c>spec</c> repeats them for <c>kubectl get lease</c>, and is not read. Each write replaces the whole object:
/// labels and annotations of others are lost.
/// </remarks>
public sealed class KubernetesArbiter : IArbiter
{
    private readonly ICoordinationV1Operations leases;
    private readonly string ns;

    /// <summary>An arbiter that uses the namespace of the pod in which this process runs.</summary>
    /// <param name="client">A client of the API server. It stays the caller's, who disposes of it after the node.</param>
    /// <exception cref="InvalidOperationException">This process does not run in a pod with a service account.</exception>
    public KubernetesArbiter(IKubernetes client)
        : this(client, PodNamespace())
    {
    }

    /// <summary>An arbiter that uses any namespace.</summary>
    /// <param name="client">A client of the API server. It stays the caller's, who disposes of it after the node.</param>
    /// <param name="namespace">The namespace that the record is in: the same for both nodes.</param>
    public KubernetesArbiter(IKubernetes client, string @namespace)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(@namespace);
        leases = client.CoordinationV1;
        ns = @namespace;
    }

    /// <inheritdoc/>
    public string Name => "kubernetes";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The pair's name cannot be that of a <c>Lease</c>.</exception>
    /// <exception cref="InvalidDataException">The <c>Lease</c> is not a pair's record.</exception>
    public async Task<ArbiterRecord?> ReadAsync(string pair, CancellationToken cancellationToken)
    {
        LeaseName.Check(pair);
        try
        {
            // A read that names no resourceVersion is answered with the most recent one, by a quorum of etcd and not from a cache.
            return LeaseRecord.Read(await leases.ReadNamespacedLeaseAsync(pair, ns, cancellationToken: cancellationToken).ConfigureAwait(false));
        }
        catch (HttpOperationException error) when (Refusal.IsMissing(error, pair))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The pair's name cannot be that of a <c>Lease</c>.</exception>
    public async Task<string?> TryWriteAsync(string pair, string? expectedVersion, ArbiterClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        LeaseName.Check(pair);
        var lease = LeaseRecord.Write(pair, ns, claim);
        return expectedVersion is null
            ? await TryCreateAsync(lease, cancellationToken).ConfigureAwait(false)
            : await TryReplaceAsync(lease, LeaseVersion.Parse(expectedVersion), cancellationToken).ConfigureAwait(false);
    }

    private async Task<string?> TryCreateAsync(V1Lease lease, CancellationToken cancellationToken)
    {
        try
        {
            return LeaseVersion.Of(await leases.CreateNamespacedLeaseAsync(lease, ns, cancellationToken: cancellationToken).ConfigureAwait(false)).ToString();
        }
        catch (HttpOperationException error) when (Refusal.AlreadyExists(error, lease.Metadata.Name))
        {
            return null;
        }
    }

    private async Task<string?> TryReplaceAsync(V1Lease lease, LeaseVersion expected, CancellationToken cancellationToken)
    {
        var name = lease.Metadata.Name;
        lease.Metadata.ResourceVersion = expected.ResourceVersion;
        lease.Metadata.Uid = expected.Uid;
        try
        {
            return LeaseVersion.Of(await leases.ReplaceNamespacedLeaseAsync(lease, name, ns, cancellationToken: cancellationToken).ConfigureAwait(false)).ToString();
        }
        catch (HttpOperationException error) when (Refusal.HasChanged(error, name) || Refusal.IsMissing(error, name))
        {
            return null;
        }
    }

    private static string PodNamespace() => KubernetesClientConfiguration.IsInCluster()
        ? KubernetesClientConfiguration.InClusterConfig().Namespace
        : throw new InvalidOperationException("This process does not run in a pod with a service account: name the namespace of the pair's record.");
}
