using System.Globalization;
using dotnet_etcd;

namespace NetMQ.HighAvailability.Arbiters.Etcd;

/// <summary>
/// Pairs' records in etcd, each a key of its own below <c>/binarystar/</c>. A record's version is its <c>mod_revision</c>. Neither etcd's leases nor its watches nor its
/// clocks are used.
/// </summary>
public sealed class EtcdArbiter : IArbiter
{
    private readonly Register register;

    /// <summary>An arbiter for any number of pairs.</summary>
    /// <param name="client">
    /// With all members' addresses, keys and users. It belongs to the caller, who disposes of it after the nodes.
    /// </param>
    public EtcdArbiter(EtcdClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        register = new Register(client);
    }

    /// <summary><c>etcd</c></summary>
    public string Name => "etcd";

    /// <inheritdoc />
    public async Task<ArbiterRecord?> ReadAsync(string pair, CancellationToken cancellationToken) =>
        await register.ReadAsync(pair, cancellationToken).ConfigureAwait(false) is { } found
            ? new ArbiterRecord(Version(found.Revision), Value.Parse(pair, found.Value.Span))
            : null;

    /// <inheritdoc />
    public async Task<string?> TryWriteAsync(string pair, string? expectedVersion, ArbiterClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        var written = await register.TryWriteAsync(pair, Revision(expectedVersion), Value.Serialize(claim), cancellationToken).ConfigureAwait(false);
        return written is { } revision ? Version(revision) : null;
    }

    private static string Version(long revision) => revision.ToString(CultureInfo.InvariantCulture);

    // etcd says 0 of a key that is not there, so no version may become that.
    private static long? Revision(string? version)
    {
        if (version is null) return 0;
        return long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) && revision > 0 ? revision : null;
    }
}
