namespace NetMQ.HighAvailability.Common;

/// <summary>The checks that a node's and a client's options share. Each message names the option, its value and the remedy.</summary>
internal static class OptionChecks
{
    public static ArgumentException Invalid(string option, string what) => new($"{option} {what}.", option);

    public static ArgumentOutOfRangeException OutOfRange(string option, object value, string what) => new(option, value, $"{option} {what}.");

    /// <exception cref="ArgumentException">An endpoint is malformed or repeated.</exception>
    public static TcpEndpoint[] ParseEndpoints(string option, IReadOnlyList<string> endpoints, bool wildcard, string ifRepeated)
    {
        var parsed = new TcpEndpoint[endpoints.Count];
        for (var i = 0; i < parsed.Length; i++)
        {
            parsed[i] = TcpEndpoint.TryParse(endpoints[i], wildcard)
                ?? throw Invalid(option, $"has '{endpoints[i]}', and each must be tcp://{(wildcard ? "address:port, with * for all addresses" : "host:port")}, with a port from 1 to 65535");
            if (Array.IndexOf(parsed, parsed[i]) < i) throw Invalid(option, $"has '{parsed[i]}' twice: {ifRepeated}");
        }

        return parsed;
    }
}
