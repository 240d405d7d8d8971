using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Hosting;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>A generic host with one node of a pair named "orders", set up from a configuration.</summary>
internal sealed class HostedNode : IDisposable
{
    public const string Name = "orders";
    private readonly BinaryStarRole role;
    private readonly PairPorts ports;

    public HostedNode(
        BinaryStarRole role, PairPorts ports, Action<BinaryStarBuilder>? add = null, IEnumerable<KeyValuePair<string, string?>>? settings = null,
        bool echo = true, TimeSpan? shutdown = null)
    {
        this.role = role;
        this.ports = ports;
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(Settings(role, ports)).AddInMemoryCollection(settings ?? []);
        builder.Logging.AddFakeLogging();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = shutdown ?? TimeSpan.FromSeconds(30));
        builder.Services.AddHealthChecks().AddBinaryStar(Name);
        var pair = builder.Services.AddBinaryStar(Name);
        if (echo) pair.HandleRequests(TestNode.Echo);
        add?.Invoke(pair);
        Host = builder.Build();
    }

    /// <summary>For a pair beside a real server, which may take half a second to write.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Patient => SetupTests.Section(("HeartbeatInterval", "00:00:00.6"), ("FailoverTimeout", "00:00:03"));

    public IHost Host { get; }

    public HostedBinaryStar Pair => Host.Services.GetRequiredKeyedService<HostedBinaryStar>(Name);

    public BinaryStar Star => Pair.Node;

    public IReadOnlyList<FakeLogRecord> Logged
    {
        get
        {
            BackgroundLogger.Drain();
            return Host.Services.GetFakeLogCollector().GetSnapshot();
        }
    }

    public static Dictionary<string, string?> Settings(BinaryStarRole role, PairPorts ports, string name = Name) => new()
    {
        [$"BinaryStar:{name}:Role"] = role.ToString(),
        [$"BinaryStar:{name}:LocalEndpoints:0"] = $"tcp://127.0.0.1:{ports.State(role)}",
        [$"BinaryStar:{name}:RemoteEndpoints:0"] = $"tcp://127.0.0.1:{ports.State(TestNode.Other(role))}",
        [$"BinaryStar:{name}:VoterEndpoint"] = ports.VoterEndpoint(role),
        [$"BinaryStar:{name}:HeartbeatInterval"] = TestNode.Heartbeat.ToString(),
        [$"BinaryStar:{name}:FailoverTimeout"] = TestNode.Failover.ToString(),
    };

    /// <summary>Starts both hosts of a pair; the primary is active when this ends.</summary>
    public static async Task<(HostedNode Primary, HostedNode Backup)> StartedPairAsync(
        Action<BinaryStarBuilder>? add = null, IEnumerable<KeyValuePair<string, string?>>? settings = null, bool echo = true)
    {
        var ports = PairPorts.New();
        var both = settings?.ToList();
        var primary = new HostedNode(BinaryStarRole.Primary, ports, add, both, echo);
        var backup = new HostedNode(BinaryStarRole.Backup, ports, add, both, echo);
        await primary.Host.StartAsync();
        await backup.Host.StartAsync();
        primary.WaitFor(BinaryStarState.Active);
        backup.WaitFor(BinaryStarState.Passive);
        Wait.Until(() => primary.Star.Status.PeerState == BinaryStarState.Passive, "the primary to know its peer as passive");
        return (primary, backup);
    }

    public Client Client() => new(ports.VoterEndpoint(role));

    public void WaitFor(BinaryStarState state) => Wait.Until(() => Star.State == state, $"{role} to be {state} (is {Star.Status})");

    public async Task<HealthReport> HealthAsync() => await Host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    public async Task<HealthStatus> HealthAsync(string check) => (await HealthAsync()).Entries[check].Status;

    public void Dispose() => Host.Dispose();
}
