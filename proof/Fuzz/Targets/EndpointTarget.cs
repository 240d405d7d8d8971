using System.Text;
using NetMQ.HighAvailability.Common;

namespace NetMQ.HighAvailability.Fuzz.Targets;

/// <summary>Two endpoints, one a line.</summary>
internal static class EndpointTarget
{
    public static void Run(ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        var remote = Parse(lines[^1], wildcard: false);
        if (Parse(lines[0], wildcard: true) is { } local && remote is not null) local.IsReachedBy(remote);
    }

    private static TcpEndpoint? Parse(string text, bool wildcard)
    {
        if (TcpEndpoint.TryParse(text, wildcard) is not { } endpoint) return null;
        Check.That(endpoint.Port is >= 1 and <= 65535, "a port is one");
        Check.That(wildcard || endpoint.Host != "*", "only a local endpoint has no host");
        Check.That(TcpEndpoint.TryParse(endpoint.ToString(), wildcard) == endpoint, "an endpoint reads as it is written");
        _ = endpoint.Address;
        return endpoint;
    }
}
