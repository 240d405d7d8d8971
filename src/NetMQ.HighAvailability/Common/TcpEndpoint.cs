using System.Globalization;
using System.Net;

namespace NetMQ.HighAvailability.Common;

/// <summary>
/// A state endpoint. Only TCP: <c>ipc</c> is TCP on a hashed port in NetMQ, so no other implementation could
/// connect to it, and <c>inproc</c> needs its bind before its connect, which a pair cannot guarantee.
/// </summary>
internal sealed record TcpEndpoint(string Host, int Port)
{
    private const string Scheme = "tcp://";

    /// <param name="text">The endpoint: <c>tcp://host:port</c>, with an IPv6 address in brackets.</param>
    /// <param name="wildcard">Whether <c>*</c> may stand for all addresses.</param>
    /// <param name="anyPort">Whether 0 or <c>*</c> may stand for a port that the system chooses.</param>
    public static TcpEndpoint? TryParse(string? text, bool wildcard, bool anyPort = false)
    {
        if (text is null || !text.StartsWith(Scheme, StringComparison.Ordinal)) return null;

        var colon = text.LastIndexOf(':');
        if (colon < Scheme.Length) return null;
        var host = text[Scheme.Length..colon];
        var digits = anyPort && text.EndsWith(":*", StringComparison.Ordinal) ? "0" : text.AsSpan(colon + 1);
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return null;
        if (port > IPEndPoint.MaxPort || (port == 0 && !anyPort)) return null;

        var known = host == "*" ? wildcard : Uri.CheckHostName(host) switch
        {
            UriHostNameType.Dns or UriHostNameType.IPv4 => true,
            UriHostNameType.IPv6 => host.StartsWith('['),
            _ => false,
        };
        return known ? new TcpEndpoint(host, port) : null;
    }

    /// <summary>The address, if the host is one; null if it is a name to be resolved.</summary>
    public IPAddress? Address => IPAddress.TryParse(Host, out var address) ? address : null;

    /// <summary>Whether this local endpoint is certainly reached by connecting to <paramref name="remote"/>.</summary>
    public bool IsReachedBy(TcpEndpoint remote) =>
        Port == remote.Port
        && (string.Equals(Host, remote.Host, StringComparison.OrdinalIgnoreCase)
            || (remote.IsLoopback && (IsLoopback || Host is "*" or "0.0.0.0" or "[::]")));

    private bool IsLoopback =>
        string.Equals(Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || Host is "127.0.0.1" or "[::1]";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scheme}{Host}:{Port}");
}
