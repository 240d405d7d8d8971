using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace NetMQ.HighAvailability.Arbiters.Kubernetes;

/// <summary>Which answers of the API server say something about a pair's Lease, and not that it could not be asked.</summary>
internal static class Refusal
{
    public static bool IsMissing(HttpOperationException error, string lease) => Says(error, HttpStatusCode.NotFound, "NotFound", lease);

    public static bool AlreadyExists(HttpOperationException error, string lease) => Says(error, HttpStatusCode.Conflict, "AlreadyExists", lease);

    public static bool HasChanged(HttpOperationException error, string lease) => Says(error, HttpStatusCode.Conflict, "Conflict", lease);

    // The code alone may come from a proxy, or be about something else: a namespace that does not exist, or a quota.
    private static bool Says(HttpOperationException error, HttpStatusCode code, string reason, string lease) =>
        error.Response?.StatusCode == code && Parse(error.Response.Content) is { Details: { Kind: "leases" } about } status && status.Reason == reason && about.Name == lease;

    private static V1Status? Parse(string? content)
    {
        try
        {
            return content is null ? null : KubernetesJson.Deserialize<V1Status>(content);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
