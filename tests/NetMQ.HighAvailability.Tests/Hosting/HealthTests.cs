using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>What the health checks report about a node.</summary>
public sealed class HealthTests
{
    private const string Active = HostedNode.Name + "-active";

    [Fact]
    public async Task Both_nodes_of_a_whole_pair_are_healthy_and_the_active_one_alone_is_ready()
    {
        var (primary, backup) = await HostedNode.StartedPairAsync();
        using var one = primary;
        using var other = backup;

        (await primary.HealthAsync(HostedNode.Name)).Should().Be(HealthStatus.Healthy);
        (await backup.HealthAsync(HostedNode.Name)).Should().Be(HealthStatus.Healthy);
        (await primary.HealthAsync(Active)).Should().Be(HealthStatus.Healthy);
        (await backup.HealthAsync(Active)).Should().Be(HealthStatus.Unhealthy);
        var report = await backup.HealthAsync();
        report.Entries[HostedNode.Name].Tags.Should().Equal("live");
        report.Entries[Active].Tags.Should().Equal("ready");
        report.Entries[HostedNode.Name].Data["state"].Should().Be("Passive");
        report.Entries[HostedNode.Name].Data["peerState"].Should().Be("Active");

        (await primary.Pair.HandOverAsync()).Should().Be(HandOverOutcome.Completed);
        backup.WaitFor(BinaryStarState.Active);
        (await primary.HealthAsync(Active)).Should().Be(HealthStatus.Unhealthy);
        (await backup.HealthAsync(Active)).Should().Be(HealthStatus.Healthy);

        await primary.Host.StopAsync();
        Wait.Until(() => backup.HealthAsync(HostedNode.Name).Result == HealthStatus.Degraded, "the survivor to miss its peer");
        (await backup.HealthAsync(Active)).Should().Be(HealthStatus.Healthy);
        (await primary.HealthAsync(HostedNode.Name)).Should().Be(HealthStatus.Unhealthy, "it has ended");
    }

    [Fact]
    public void The_checks_take_the_usual_parameters()
    {
        var limit = TimeSpan.FromSeconds(5);
        using var node = new HostedNode(BinaryStarRole.Backup, PairPorts.New(), add: pair => pair.Services.AddBinaryStar("other").Services.AddHealthChecks()
            .AddBinaryStar("other", HealthStatus.Degraded, ["pair"], limit));
        var checks = node.Host.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<HealthCheckServiceOptions>>().Value.Registrations
            .Where(check => check.Name.StartsWith("other", StringComparison.Ordinal)).ToList();

        checks.Select(check => check.Name).Should().Equal("other", "other-active");
        checks.Should().OnlyContain(check => check.FailureStatus == HealthStatus.Degraded && check.Timeout == limit && check.Tags.Contains("pair"));
    }

    [Fact]
    public async Task A_loop_that_stands_still_is_unhealthy_and_not_ready()
    {
        using var release = new ManualResetEventSlim();
        using var stuck = new ManualResetEventSlim();
        using var node = new HostedNode(BinaryStarRole.Primary, PairPorts.New(), echo: false, add: pair => pair.HandleRequests(_ =>
        {
            stuck.Set();
            release.Wait();
        }));
        await node.Host.StartAsync();
        (await node.HealthAsync(HostedNode.Name)).Should().Be(HealthStatus.Degraded, "there is no peer");
        using var client = node.Client();
        Wait.Until(() => client.Ask() || stuck.IsSet, "the handler to be stuck");

        Wait.Until(() => node.HealthAsync(HostedNode.Name).Result == HealthStatus.Unhealthy, "the stall to be seen");
        (await node.HealthAsync(Active)).Should().Be(HealthStatus.Unhealthy);
        release.Set();
    }

    [Fact]
    public async Task A_node_that_ended_with_a_fault_is_unhealthy_and_says_why()
    {
        using var node = new HostedNode(BinaryStarRole.Primary, PairPorts.New(), echo: false,
            add: pair => pair.HandleRequests(_ => throw new InvalidOperationException("dies")).Services
                .Configure<BinaryStarOptions>(HostedNode.Name, TestNode.EndedByHandler));
        await node.Host.StartAsync();
        using var client = node.Client();
        Wait.Until(() => client.Ask() || node.Star.Completion.IsFaulted, "the node to die");

        var entry = (await node.HealthAsync()).Entries[HostedNode.Name];

        entry.Status.Should().Be(HealthStatus.Unhealthy);
        entry.Exception.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Be("dies");
    }
}
