using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace NetMQ.HighAvailability.Hosting.Health;

/// <summary>Whether requests should come here: for a load balancer, or whatever else must find the active node.</summary>
internal sealed class ActiveHealthCheck(HostedBinaryStar pair) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var node = pair.Node.Status;
        var stalled = NodeHealthCheck.WhyStalled(pair, node);
        var serves = node.State == BinaryStarState.Active && stalled is null;
        return Task.FromResult(serves
            ? HealthCheckResult.Healthy("Active.")
            : new HealthCheckResult(context.Registration.FailureStatus, $"{node.State}: this node does not serve. {stalled}".TrimEnd()));
    }
}
