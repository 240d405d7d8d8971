using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>A pair with an arbiter in a host.</summary>
public sealed class HostedArbiterTests
{
    private readonly InMemoryArbiter arbiter = new();

    [Fact]
    public async Task The_pairs_name_is_the_records_and_work_is_given_the_token()
    {
        var tokens = new TaskCompletionSource<BinaryStarTerm>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (primary, backup) = await HostedNode.StartedPairAsync(pair => pair
            .UseArbiter(_ => arbiter)
            .RunWhileActive((term, stepDown) =>
            {
                tokens.TrySetResult(term);
                return Task.Delay(Timeout.Infinite, stepDown);
            }));
        using var one = primary;
        using var other = backup;

        (await tokens.Task).Should().BeEquivalentTo(new { Pair = HostedNode.Name, FencingToken = (long?)arbiter[HostedNode.Name]!.Claim.Token });
        (await primary.Pair.HandOverAsync()).Should().Be(HandOverOutcome.Completed);
        backup.WaitFor(BinaryStarState.Active);
        backup.Star.Term!.FencingToken.Should().BeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task A_node_whose_arbiter_does_not_answer_is_degraded()
    {
        var (primary, backup) = await HostedNode.StartedPairAsync(pair => pair.UseArbiter(_ => arbiter));
        using var one = primary;
        using var other = backup;
        (await primary.HealthAsync(HostedNode.Name)).Should().Be(HealthStatus.Healthy);

        arbiter.IsDown = true;
        (await primary.Pair.HandOverAsync()).Should().Be(HandOverOutcome.ArbiterUnavailable);

        var health = (await primary.HealthAsync()).Entries[HostedNode.Name];
        health.Status.Should().Be(HealthStatus.Degraded);
        health.Data.Should().ContainKey("token").And.Contain("arbiterReachable", false);
    }

    [Fact]
    public void Policy_and_lease_are_read_from_the_configuration()
    {
        using var node = new HostedNode(BinaryStarRole.Backup, PairPorts.New(), settings: Settings("Strict", "00:00:15"));

        node.Host.Services.GetRequiredService<IOptionsMonitor<BinaryStarOptions>>().Get(HostedNode.Name)
            .Should().BeEquivalentTo(new { ArbiterPolicy = ArbiterPolicy.Strict, ArbiterLease = TimeSpan.FromSeconds(15) });
    }

    [Fact]
    public async Task A_lease_that_is_too_short_keeps_the_host_from_starting_and_is_named()
    {
        using var node = new HostedNode(BinaryStarRole.Backup, PairPorts.New(), pair => pair.UseArbiter(_ => arbiter), Settings("Quorum", "00:00:00.100"));

        await node.Host.Awaiting(host => host.StartAsync()).Should().ThrowAsync<OptionsValidationException>().WithMessage("*ArbiterLease*00:00:00.5*");
    }

    private static Dictionary<string, string?> Settings(string policy, string lease) => new()
    {
        [$"BinaryStar:{HostedNode.Name}:ArbiterPolicy"] = policy,
        [$"BinaryStar:{HostedNode.Name}:ArbiterLease"] = lease,
    };
}
