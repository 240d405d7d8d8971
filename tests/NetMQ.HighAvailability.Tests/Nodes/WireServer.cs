using System.Globalization;
using NetMQ.HighAvailability.Tests.Samples;
using NetMQ.HighAvailability.Tests.Support;
using Processes;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>An EchoServer in a process of its own, with less to spend than a process has otherwise.</summary>
internal sealed class WireServer : IDisposable
{
    private const string Timing = "--heartbeat 600 --failover-timeout 3000";

    private readonly PairPorts ports;
    private readonly BinaryStarRole role;

    private WireServer(BinaryStarRole role, PairPorts ports, IEnumerable<string> under)
    {
        this.role = role;
        this.ports = ports;
        Process = SampleProcess.Start("EchoServer", [.. EchoServerProcess.Arguments(role, ports), .. Timing.Split(' ')], under: under);
    }

    public SampleProcess Process { get; }

    public int Voter => ports.Voter(role);

    public int State => ports.State(role);

    /// <summary>The most memory that it has had.</summary>
    public long Peak => File.ReadLines($"/proc/{Process.Id}/status")
        .Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(line => 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
        .Single();

    /// <summary>Starts both and waits until the primary serves.</summary>
    /// <param name="under">What is to become each of them, with its arguments.</param>
    public static (WireServer Primary, WireServer Backup) StartedPair(params string[] under)
    {
        var ports = PairPorts.New();
        var primary = new WireServer(BinaryStarRole.Primary, ports, under);
        var backup = new WireServer(BinaryStarRole.Backup, ports, under);
        primary.WaitFor("active");
        backup.WaitFor("passive");
        return (primary, backup);
    }

    public WireServer Restarted()
    {
        Process.Kill();
        Process.WaitForExit();
        return new WireServer(role, ports, []);
    }

    public void WaitFor(string state)
    {
        Wait.Until(() => Process.State == state || Process.HasExited, $"the {role} to be {state}");
        if (Process.State != state) throw new InvalidOperationException($"It has ended: {this}");
    }

    public bool HasLogged(int eventId) => Process.Errors.Any(line => line.Contains($"[{eventId}]"));

    public override string ToString() => $"{string.Join(" | ", Process.Lines)}; {string.Join(" | ", Process.Errors)}";

    public void Dispose() => Process.Dispose();
}
