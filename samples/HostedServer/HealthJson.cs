using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HostedServer;

/// <summary>A report with its reasons, for whoever looks; a load balancer needs the status code alone.</summary>
internal static class HealthJson
{
    public static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = report.Status.ToString(),
        checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new { status = entry.Value.Status.ToString(), entry.Value.Description, entry.Value.Data }),
    });
}
