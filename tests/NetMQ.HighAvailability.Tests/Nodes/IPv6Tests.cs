using System.Net;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>IPv6 on the state link and at the voter: addresses, wildcards and names.</summary>
public sealed class IPv6Tests
{
    private readonly PairPorts ports = PairPorts.New();

    [Fact]
    public void A_pair_over_IPv6_serves_and_fails_over()
    {
        using var primary = new TestNode(Primary, ports, Loopback).Started();
        using var backup = new TestNode(Backup, ports, Loopback).Started();
        using (var client = Client.Of(primary)) client.AskUntilAnswered();
        backup.WaitFor(BinaryStarState.Passive);
        backup.Star.Status.Paths.Single().RemoteEndpoint.Should().Be($"tcp://[::1]:{ports.PrimaryState}", "endpoints are printed as they were given");

        primary.Dispose();

        using var other = Client.Of(backup);
        other.AskUntilAnswered();
        backup.State.Should().Be(BinaryStarState.Active);
    }

    [Theory]
    [InlineData("tcp://*:0", "127.0.0.1", "[::1]")]
    [InlineData("tcp://[::1]:0", "[::1]", null)]
    public async Task A_voter_is_reached_at_every_address_that_it_is_bound_to(string endpoint, string first, string? second)
    {
        using var star = new BinaryStar(new BinaryStarOptions
        {
            Role = Primary,
            LocalEndpoints = [$"tcp://*:{ports.PrimaryState}"],
            RemoteEndpoints = [$"tcp://127.0.0.1:{ports.BackupState}"],
            HeartbeatInterval = TestNode.Heartbeat,
            FailoverTimeout = TestNode.Failover,
        });
        var bound = star.RegisterVoter(endpoint, ZmqSocketType.Router, voter => voter.SendMultipartMessage(voter.ReceiveMultipartMessage()));
        bound.Should().StartWith(endpoint[..^1]).And.NotEndWith(":0");
        var port = bound[(bound.LastIndexOf(':') + 1)..];
        star.Start();

        foreach (var host in new[] { first, second })
        {
            if (host is null) continue;
            await using var client = new BinaryStarClient(new BinaryStarClientOptions { Servers = [$"tcp://{host}:{port}"] });
            (await client.RequestAsync("request"u8.ToArray())).Should().Equal("request"u8.ToArray());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Addresses_of_both_families_of_the_peers_name_are_tried_in_turn(bool startsWithIPv6)
    {
        IPAddress[] addresses = startsWithIPv6 ? [IPAddress.IPv6Loopback, IPAddress.Loopback] : [IPAddress.Loopback, IPAddress.IPv6Loopback];
        using var peer = new TestNode(Primary, ports, options => options.LocalEndpoints = [$"tcp://{(startsWithIPv6 ? "127.0.0.1" : "[::1]")}:{ports.PrimaryState}"]).Started();
        using var node = new TestNode(Backup, ports, options =>
        {
            options.RemoteEndpoints = [$"tcp://peer.example:{ports.PrimaryState}"];
            options.LookUp = _ => Task.FromResult(addresses);
        }).Started();

        node.WaitFor(BinaryStarState.Passive);
    }

    private void Loopback(BinaryStarOptions options)
    {
        options.LocalEndpoints = [$"tcp://[::1]:{ports.State(options.Role)}"];
        options.RemoteEndpoints = [$"tcp://[::1]:{ports.State(TestNode.Other(options.Role))}"];
    }
}
