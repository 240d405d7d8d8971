using Microsoft.Extensions.Diagnostics.HealthChecks;
using NetMQ.HighAvailability.Hosting;
using NetMQ.HighAvailability.Hosting.Health;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health of a pair's node to an application's health checks.</summary>
public static class BinaryStarHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds two checks of a pair that was added with <c>AddBinaryStar</c>. One, with the pair's name and the tag
    /// <c>live</c>: healthy with a live peer; degraded without, while the arbiter does not answer, while both nodes are active, and while the node is
    /// neither active nor passive; failed when the node has ended, or for the failover timeout its loop has stood
    /// still or an asynchronous handler has taken all places without a reply. The other, with <c>-active</c> behind the name and the tag <c>ready</c>: healthy on the active node
    /// alone, failed otherwise.
    /// </summary>
    /// <param name="builder">The application's health checks.</param>
    /// <param name="name">The pair's name, and by it the checks'.</param>
    /// <param name="failureStatus">What both checks report on failure; <see langword="null"/>: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Further tags of both checks, beside <c>live</c> and <c>ready</c>.</param>
    /// <param name="timeout">How long a check may take; <see langword="null"/>: no limit. These checks only read values, and wait for nothing.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddBinaryStar(
        this IHealthChecksBuilder builder, string name, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        List<string> further = [.. tags ?? []];
        return builder
            .Add(new HealthCheckRegistration(name, services => new NodeHealthCheck(Pair(services, name)), failureStatus, ["live", .. further], timeout))
            .Add(new HealthCheckRegistration($"{name}-active", services => new ActiveHealthCheck(Pair(services, name)), failureStatus, ["ready", .. further], timeout));
    }

    private static HostedBinaryStar Pair(IServiceProvider services, string name) => services.GetRequiredKeyedService<HostedBinaryStar>(name);
}
