using NetMQ.HighAvailability.Tests.Support;
using Processes;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>One of a pair of real EchoServer processes, and a client of its own.</summary>
internal sealed class EchoServerProcess : IDisposable
{
    // Long enough that a busy machine does not make the pair fail over by itself in the middle of a test.
    private static readonly string[] Timing = ["--heartbeat", "200", "--failover-timeout", "800"];

    /// <summary>Only a crash makes such a pair fail over, whatever pauses the machine makes.</summary>
    public static readonly string[] ByCrashAlone = ["--heartbeat", "500", "--failover-timeout", "600000", "--detect-crash"];

    private readonly PairPorts ports;
    private readonly BinaryStarRole role;

    public EchoServerProcess(BinaryStarRole role, PairPorts ports, params string[] more)
        : this(role, ports, SampleProcess.Start("EchoServer", [.. Arguments(role, ports), .. more.Contains("--heartbeat") ? [] : Timing, .. more]))
    {
    }

    private EchoServerProcess(BinaryStarRole role, PairPorts ports, SampleProcess process)
    {
        this.role = role;
        this.ports = ports;
        Process = process;
        Client = new Client(ports.VoterEndpoint(role));
    }

    public SampleProcess Process { get; }

    public Client Client { get; }

    /// <summary>Where clients reach it.</summary>
    public string Voter => ports.VoterEndpoint(role);

    public static string[] Arguments(BinaryStarRole role, PairPorts ports) =>
    [
        role == BinaryStarRole.Primary ? "--primary" : "--backup",
        "--voter", ports.VoterEndpoint(role),
        "--local", $"tcp://127.0.0.1:{ports.State(role)}",
        "--remote", $"tcp://127.0.0.1:{ports.State(TestNode.Other(role))}",
    ];

    /// <summary>One that was compiled ahead of time: a program of its own.</summary>
    public static EchoServerProcess Native(string program, BinaryStarRole role, PairPorts ports, params string[] more) =>
        new(role, ports, SampleProcess.Start([program, .. Arguments(role, ports), .. more]));

    /// <summary>Starts both and waits until the primary serves.</summary>
    public static (EchoServerProcess Primary, EchoServerProcess Backup) StartedPair(params string[] more)
    {
        var ports = PairPorts.New();
        var primary = new EchoServerProcess(BinaryStarRole.Primary, ports, more);
        var backup = new EchoServerProcess(BinaryStarRole.Backup, ports, more);
        try
        {
            primary.WaitFor("active");
            backup.WaitFor("passive");
            return (primary, backup);
        }
        catch
        {
            primary.Dispose();
            backup.Dispose();
            throw;
        }
    }

    public void WaitFor(string state)
    {
        try
        {
            Wait.Until(() => Process.State == state || Process.HasExited, $"the {role} to be {state}");
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; {this}");
        }

        if (Process.State != state) throw new InvalidOperationException($"The {role} has ended instead of becoming {state}; {this}");
    }

    public int WaitForExit() => Process.WaitForExit();

    /// <summary>A new process in this one's place, after its end.</summary>
    public EchoServerProcess Restarted()
    {
        WaitForExit();
        return new EchoServerProcess(role, ports);
    }

    public override string ToString() => $"it printed: {string.Join(" | ", Process.Lines)}; and: {string.Join(" | ", Process.Errors)}";

    public void Dispose()
    {
        Client.Dispose();
        Process.Dispose();
    }
}
