using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using NetMQ.HighAvailability.Diagnostics;

namespace NetMQ.HighAvailability.Tests.Support;

/// <summary>The ports of one pair.</summary>
internal sealed record PairPorts(int PrimaryState, int BackupState, int PrimaryVoter, int BackupVoter)
{
    public static PairPorts New() => new(Ports.Free(), Ports.Free(), Ports.Free(), Ports.Free());

    public int State(BinaryStarRole role) => role == BinaryStarRole.Primary ? PrimaryState : BackupState;

    public int Voter(BinaryStarRole role) => role == BinaryStarRole.Primary ? PrimaryVoter : BackupVoter;

    public string VoterEndpoint(BinaryStarRole role) => $"tcp://127.0.0.1:{Voter(role)}";
}

/// <summary>A node with an echoing ROUTER, its log and its events in the order in which they came.</summary>
internal sealed class TestNode : IDisposable
{
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan Failover = TimeSpan.FromMilliseconds(500);

    private readonly FakeLogCollector collector = FakeLogCollector.Create(new FakeLogCollectorOptions { CollectRecordsForDisabledLogLevels = true });
    private volatile BinaryStarState notified;

    public TestNode(
        BinaryStarRole role, PairPorts ports, Action<BinaryStarOptions>? configure = null, Action<VoterSocket>? handler = null, NetMQPoller? poller = null,
        ILogger<BinaryStar>? logger = null, Action<BinaryStar>? registerVoter = null)
    {
        Ports = ports;
        var options = new BinaryStarOptions
        {
            Role = role,
            LocalEndpoints = [$"tcp://127.0.0.1:{ports.State(role)}"],
            RemoteEndpoints = [$"tcp://127.0.0.1:{ports.State(Other(role))}"],
            HeartbeatInterval = Heartbeat,
            FailoverTimeout = Failover,
        };
        configure?.Invoke(options);
        Star = new BinaryStar(options, logger ?? new FakeLogger<BinaryStar>(collector), poller);
        notified = Star.State;
        Star.StateChanged += (_, e) =>
        {
            Changes.Enqueue(e);
            notified = e.NewState;
        };
        try
        {
            if (registerVoter is not null) registerVoter(Star);
            else Star.RegisterVoter(ports.VoterEndpoint(role), ZmqSocketType.Router, handler ?? Echo);
        }
        catch
        {
            Star.Dispose();
            throw;
        }
    }

    public PairPorts Ports { get; }

    public BinaryStar Star { get; }

    public ConcurrentQueue<BinaryStarStateChangedEventArgs> Changes { get; } = new();

    /// <summary>
    /// The state in the last event that was raised. <see cref="BinaryStar.State"/> is ahead of it for a moment, in which
    /// the change is neither in the log nor in <see cref="Changes"/>.
    /// </summary>
    public BinaryStarState State => notified;

    public IReadOnlyList<FakeLogRecord> Logged
    {
        get
        {
            BackgroundLogger.Drain();
            return collector.GetSnapshot();
        }
    }

    public static BinaryStarRole Other(BinaryStarRole role) =>
        role == BinaryStarRole.Primary ? BinaryStarRole.Backup : BinaryStarRole.Primary;

    /// <summary>Slow enough that no pause of a busy machine makes a node settle in the middle of a test.</summary>
    public static void Calm(BinaryStarOptions options)
    {
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(600);
        options.FailoverTimeout = TimeSpan.FromSeconds(3);
    }

    /// <summary>For a node alone: it takes over soon, and keeps its lease through a pause of half a second.</summary>
    public static void Steady(BinaryStarOptions options) => options.FailoverTimeout = 3 * Failover;

    /// <summary>For a node that is to end with a fault: let its handler throw.</summary>
    public static void EndedByHandler(BinaryStarOptions options) => options.HandlerFaults = HandlerFaultPolicy.EndNode;

    public static void Echo(VoterSocket socket)
    {
        var message = socket.ReceiveMultipartMessage();
        socket.SendMultipartMessage(message);
    }

    /// <summary>Starts both nodes of a pair and waits until they have settled who serves.</summary>
    public static (TestNode Primary, TestNode Backup) StartedPair(
        Action<BinaryStarOptions>? configure = null, Action<VoterSocket>? primaryHandler = null)
    {
        var ports = PairPorts.New();
        var primary = new TestNode(BinaryStarRole.Primary, ports, configure, primaryHandler).Started();
        var backup = new TestNode(BinaryStarRole.Backup, ports, configure).Started();
        primary.WaitFor(BinaryStarState.Active);
        backup.WaitFor(BinaryStarState.Passive);
        Wait.Until(() => primary.Star.Status.PeerState == BinaryStarState.Passive, "the primary to know its peer as passive");
        return (primary, backup);
    }

    public TestNode Started()
    {
        Star.Start();
        return this;
    }

    /// <summary>A new node in this one's place, after its end.</summary>
    public TestNode Restarted()
    {
        var role = Star.Status.Role;
        Wait.Until(() => Support.Ports.IsFree(Ports.State(role)) && Support.Ports.IsFree(Ports.Voter(role)), "the ports to be free again");
        return new TestNode(role, Ports).Started();
    }

    public void WaitFor(BinaryStarState state) => Wait.Until(() => State == state, $"{Star.Status.Role} to be {state} (is {Star.Status})");

    public int LogCount(int eventId) => Logged.Count(record => record.Id.Id == eventId);

    public bool HasLogged(int eventId) => LogCount(eventId) > 0;

    public void Dispose() => Star.Dispose();
}
