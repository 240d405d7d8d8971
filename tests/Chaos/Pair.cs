using System.Globalization;
using FailoverDemo;

namespace NetMQ.HighAvailability.Chaos;

/// <summary>A primary and a backup on free ports of the loopback interface.</summary>
internal sealed class Pair : IDisposable
{
    // Long enough that a shared machine does not make the pair change hands by itself all the time.
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(200);
    public static readonly TimeSpan FailoverTimeout = 4 * Heartbeat;

    private readonly string[] states;

    public Pair(bool detectCrash)
    {
        var ports = FreePorts.Take(4).Select(port => $"tcp://127.0.0.1:{port}").ToArray();
        states = ports[2..];
        Halves =
        [
            new Half(0, "primary", ports[0], Arguments("--primary", ports[0], states[0], states[1], detectCrash)),
            new Half(1, "backup", ports[1], Arguments("--backup", ports[1], states[1], states[0], detectCrash)),
        ];
    }

    public IReadOnlyList<Half> Halves { get; }

    public Half Other(Half half) => Halves[1 - half.Index];

    public int StatePort(Half half) => PortOf(states[half.Index]);

    public static int PortOf(string endpoint) => int.Parse(endpoint.AsSpan(endpoint.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);

    public string Describe() => string.Join(" and ", Halves.Select(half => $"{half.Name} {half.State} ({half.LastWords})"));

    public void Dispose()
    {
        foreach (var half in Halves) half.Dispose();
    }

    private static string[] Arguments(string role, string voter, string local, string remote, bool detectCrash) =>
    [
        role, "--voter", voter, "--local", local, "--remote", remote,
        "--heartbeat", Heartbeat.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
        "--failover-timeout", FailoverTimeout.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
        .. detectCrash ? ["--detect-crash"] : Array.Empty<string>(),
    ];
}
