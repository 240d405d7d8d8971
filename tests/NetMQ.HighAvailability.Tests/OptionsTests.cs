using NetMQ.HighAvailability.Tests.Support;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Tests;

/// <summary>Wrong options are refused at construction, by name and with the remedy.</summary>
public sealed class OptionsTests
{
    [Fact]
    public void The_defaults_are_valid_once_role_and_endpoints_are_given()
    {
        using var star = new BinaryStar(Valid());

        star.State.Should().Be(BinaryStarState.Primary);
        star.Status.PeerState.Should().BeNull();
    }

    [Fact]
    public void No_options_are_refused() => FluentActions.Invoking(() => new BinaryStar(null!)).Should().Throw<ArgumentNullException>();

    public static TheoryData<string, Action<BinaryStarOptions>, string> Wrong => new()
    {
        { "no role", o => o.Role = default, "Role must be Primary or Backup*" },
        { "unknown role", o => o.Role = (BinaryStarRole)7, "Role must be Primary or Backup, and is 7*" },
        { "unknown fault policy", o => o.HandlerFaults = (HandlerFaultPolicy)7, "HandlerFaults must be*7*" },
        { "unknown policy", o => o.DualActivePolicy = (DualActivePolicy)7, "DualActivePolicy must be*7*" },
        { "no local", o => o.LocalEndpoints = [], "LocalEndpoints must have at least one*" },
        { "null local", o => o.LocalEndpoints = null!, "LocalEndpoints must have at least one*" },
        { "no remote", o => o.RemoteEndpoints = [], "RemoteEndpoints must have at least one*" },
        { "null in remote", o => o.RemoteEndpoints = [null!], "RemoteEndpoints has ''*" },
        { "malformed local", o => o.LocalEndpoints = ["5003"], "LocalEndpoints has '5003'*tcp://*" },
        { "no port", o => o.LocalEndpoints = ["tcp://*"], "LocalEndpoints has 'tcp://*'*port*" },
        { "port 0", o => o.LocalEndpoints = ["tcp://*:0"], "LocalEndpoints has 'tcp://*:0'*1 to 65535*" },
        { "port too large", o => o.RemoteEndpoints = ["tcp://peer:65536"], "RemoteEndpoints has 'tcp://peer:65536'*" },
        { "port with sign", o => o.RemoteEndpoints = ["tcp://peer:+1"], "RemoteEndpoints has*" },
        { "no host", o => o.RemoteEndpoints = ["tcp://:5003"], "RemoteEndpoints has 'tcp://:5003'*" },
        { "remote wildcard", o => o.RemoteEndpoints = ["tcp://*:5004"], "RemoteEndpoints has 'tcp://*:5004'*host:port*" },
        { "other transport", o => o.RemoteEndpoints = ["ipc://peer"], "RemoteEndpoints has 'ipc://peer'*" },
        { "scheme in capitals", o => o.RemoteEndpoints = ["TCP://peer:1"], "RemoteEndpoints has*" },
        { "space in host", o => o.RemoteEndpoints = ["tcp://my peer:1"], "RemoteEndpoints has*" },
        { "repeated local", o => o.LocalEndpoints = ["tcp://*:5003", "tcp://*:5003"], "LocalEndpoints has 'tcp://*:5003' twice*" },
        { "equal local and remote", o => o.RemoteEndpoints = o.LocalEndpoints, "RemoteEndpoints must be the peer's*" },
        { "own by loopback name", o => Both(o, "tcp://*:5003", "tcp://localhost:5003"), "RemoteEndpoints must be the peer's*own 'tcp://*:5003'*" },
        { "own by loopback address", o => Both(o, "tcp://localhost:5003", "tcp://127.0.0.1:5003"), "RemoteEndpoints must be the peer's*" },
        { "short heartbeat", o => o.HeartbeatInterval = TimeSpan.FromMilliseconds(19), "HeartbeatInterval must be from 00:00:00.0200000 to 01:00:00*" },
        { "negative heartbeat", o => o.HeartbeatInterval = -TimeSpan.FromSeconds(1), "HeartbeatInterval must be*" },
        { "long heartbeat", o => o.HeartbeatInterval = TimeSpan.FromHours(2), "HeartbeatInterval must be*" },
        { "short failover", o => o.FailoverTimeout = TimeSpan.FromMilliseconds(1499), "FailoverTimeout must be at least three times HeartbeatInterval*00:00:01.5000000*" },
        { "long failover", o => o.FailoverTimeout = TimeSpan.FromHours(4), "FailoverTimeout must be at most*" },
        { "peer's heartbeat alone", o => o.PeerHeartbeatInterval = TimeSpan.FromSeconds(1), "PeerHeartbeatInterval and PeerFailoverTimeout must be given together*" },
        { "peer's failover alone", o => o.PeerFailoverTimeout = TimeSpan.FromSeconds(2), "PeerHeartbeatInterval and PeerFailoverTimeout must be given together*" },
        { "slow peer", o => Peer(o, 1000, 2000), "PeerHeartbeatInterval must be*at most a third of FailoverTimeout*00:00:03*" },
        { "no peer heartbeat", o => Peer(o, 0, 2000), "PeerHeartbeatInterval must be more than zero*" },
        { "peer slower than can be tripled", o => (o.PeerHeartbeatInterval, o.PeerFailoverTimeout) = (TimeSpan.MaxValue, TimeSpan.MaxValue), "PeerHeartbeatInterval must be*at most 01:00:00*" },
        { "peer before the beginning of time", o => (o.PeerHeartbeatInterval, o.PeerFailoverTimeout) = (TimeSpan.MinValue, TimeSpan.MaxValue), "PeerHeartbeatInterval must be more than zero*" },
        { "impatient peer", o => Peer(o, 500, 1000), "PeerFailoverTimeout must be at least three times HeartbeatInterval*" },
        { "frames too small for a request", o => o.VoterMaxRequestBytes = 1023, "VoterMaxRequestBytes must be from 1,024 to 268,435,456*" },
        { "requests too large for memory", o => o.VoterMaxRequestBytes = (256 * 1024 * 1024) + 1, "VoterMaxRequestBytes must be from 1,024 to 268,435,456*" },
        { "negative mark", o => o.VoterHighWatermark = -1, "VoterHighWatermark must be 0 (no limit) or more*" },
        { "no clock", o => o.TimeProvider = null!, "TimeProvider must not be null*" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Wrong_options_are_refused_by_name(string what, Action<BinaryStarOptions> spoil, string message)
    {
        what.Should().NotBeEmpty();
        var options = Valid();
        spoil(options);

        FluentActions.Invoking(() => new BinaryStar(options)).Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Theory]
    [InlineData("tcp://*:5003", "tcp://peer.example:5003")]
    [InlineData("tcp://127.0.0.1:5003", "tcp://127.0.0.2:5003")]
    [InlineData("tcp://10.0.0.1:5003", "tcp://10.0.0.2:5003")]
    [InlineData("tcp://eth0:5003", "tcp://standby:5003")]
    public void The_same_port_on_another_host_is_a_peer(string local, string remote)
    {
        var options = Valid();
        Both(options, local, remote);

        options.Invoking(o => o.Validate()).Should().NotThrow();
    }

    [Fact]
    public void The_guides_own_node_as_the_peer_is_valid_with_three_of_its_heartbeats()
    {
        var options = Valid();
        Peer(options, 1000, 2000);
        options.FailoverTimeout = TimeSpan.FromSeconds(3);

        options.Invoking(o => o.Validate()).Should().NotThrow();
    }

    [Theory]
    [InlineData(BinaryStarPreset.Lan)]
    [InlineData(BinaryStarPreset.Local)]
    [InlineData(BinaryStarPreset.Wan)]
    [InlineData(BinaryStarPreset.ZeroMqGuide)]
    public void Every_preset_is_valid_and_tolerates_a_lost_heartbeat(BinaryStarPreset preset)
    {
        var options = Valid();
        options.Apply(preset);

        options.Invoking(o => o.Validate()).Should().NotThrow();
        options.FailoverTimeout.Should().BeGreaterThan(2 * (options.PeerHeartbeatInterval ?? options.HeartbeatInterval));
    }

    [Fact]
    public void A_preset_replaces_another_and_an_unknown_one_is_refused()
    {
        var options = new BinaryStarOptions(BinaryStarPreset.ZeroMqGuide);
        options.Apply(BinaryStarPreset.Local);

        options.PeerHeartbeatInterval.Should().BeNull();
        options.Invoking(o => o.Apply((BinaryStarPreset)9)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void A_failed_constructor_leaves_no_port_bound()
    {
        using var taken = new RouterSocket();
        var used = taken.BindRandomPort("tcp://127.0.0.1");
        var free = Ports.Free();
        var options = Valid();
        options.LocalEndpoints = [$"tcp://127.0.0.1:{free}", $"tcp://127.0.0.1:{used}"];

        FluentActions.Invoking(() => new BinaryStar(options))
            .Should().Throw<EndpointException>().WithMessage($"*'tcp://127.0.0.1:{used}' is in use*");

        Wait.Until(() => Ports.IsFree(free), "the first port to be free again");
    }

    [Fact]
    public void A_local_endpoint_of_another_machine_is_named()
    {
        var options = Valid();
        options.LocalEndpoints = ["tcp://192.0.2.1:5003"];

        FluentActions.Invoking(() => new BinaryStar(options))
            .Should().Throw<EndpointException>().WithMessage("*'tcp://192.0.2.1:5003'*this machine*");
    }

    private static BinaryStarOptions Valid() => new()
    {
        Role = BinaryStarRole.Primary,
        LocalEndpoints = [$"tcp://127.0.0.1:{Ports.Free()}"],
        RemoteEndpoints = ["tcp://127.0.0.1:1"],
    };

    private static void Both(BinaryStarOptions options, string local, string remote)
    {
        options.LocalEndpoints = [local];
        options.RemoteEndpoints = [remote];
    }

    private static void Peer(BinaryStarOptions options, int heartbeat, int failover)
    {
        options.PeerHeartbeatInterval = TimeSpan.FromMilliseconds(heartbeat);
        options.PeerFailoverTimeout = TimeSpan.FromMilliseconds(failover);
    }
}
