using System.Globalization;
using NetMQ.HighAvailability.Tests.Support;
using Processes;

namespace NetMQ.HighAvailability.Tests.Interop;

/// <summary>A real libzmq process with the rules of the guide's reactor, as the other half of a pair.</summary>
internal sealed class OriginalNode : IDisposable
{
    // The guide's own 1 s and 2 s, halved for the tests' sake.
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(500);

    private const string Python = "/usr/bin/python3";
    private static readonly Lazy<bool> HasZmq = new(FindZmq);

    private readonly BinaryStarRole role;
    private readonly PairPorts ports;

    /// <param name="role">Primary or backup.</param>
    /// <param name="ports">Where the pair is.</param>
    /// <param name="survives">Two actives do not end it, as they do not end the guide's Python reactor.</param>
    /// <param name="heartbeat">How often it publishes; <see cref="Heartbeat"/> if not given.</param>
    public OriginalNode(BinaryStarRole role, PairPorts ports, bool survives = false, TimeSpan? heartbeat = null)
    {
        this.role = role;
        this.ports = ports;
        Process = SampleProcess.Start(
        [
            Python, Script("original_node.py"), role == BinaryStarRole.Primary ? "--primary" : "--backup",
            "--voter", ports.VoterEndpoint(role),
            "--local", $"tcp://127.0.0.1:{ports.State(role)}",
            "--remote", $"tcp://127.0.0.1:{ports.State(TestNode.Other(role))}",
            "--heartbeat", (heartbeat ?? Heartbeat).TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
            .. survives ? ["--survive"] : Array.Empty<string>(),
        ]);
    }

    public SampleProcess Process { get; }

    public static void SkipWithoutLibzmq() =>
        Assert.SkipUnless(HasZmq.Value, "needs a libzmq peer: install Debian's python3-zmq");

    public static SampleProcess Rogue(int port) =>
        SampleProcess.Start([Python, Script("rogue_peer.py"), "--local", $"tcp://127.0.0.1:{port}"]);

    /// <summary>One of ours, timed for such a peer.</summary>
    public static TestNode Ours(BinaryStarRole role, PairPorts ports, Action<VoterSocket>? handler = null) => new TestNode(
        role, ports,
        options =>
        {
            options.HeartbeatInterval = TimeSpan.FromMilliseconds(250);
            options.FailoverTimeout = 3 * Heartbeat;
            options.PeerHeartbeatInterval = Heartbeat;
            options.PeerFailoverTimeout = 2 * Heartbeat;
            TestNode.EndedByHandler(options);
        },
        handler).Started();

    public Client NewClient() => new(ports.VoterEndpoint(role));

    public void WaitFor(string state) => Wait.Until(
        () => Process.State == state,
        $"the original to be {state}; it printed: {string.Join(" | ", Process.Lines)}; and: {string.Join(" | ", Process.Errors)}");

    public OriginalNode Restarted()
    {
        Wait.Until(() => Process.HasExited, "the original to end");
        return new OriginalNode(role, ports);
    }

    public void Dispose() => Process.Dispose();

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Interop", name);

    private static bool FindZmq()
    {
        if (!File.Exists(Python)) return false;
        using var probe = SampleProcess.Start([Python, "-c", "import zmq"]);
        Wait.Until(() => probe.HasExited, "python to answer");
        return probe.ExitCode == 0;
    }
}
