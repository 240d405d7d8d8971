using k8s;
using Microsoft.Extensions.Options;
using NetMQ.HighAvailability.Arbiters.Kubernetes;
using NetMQ.HighAvailability.Tests.Arbiters;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>A pair of hosts with a Lease as its arbiter.</summary>
public sealed class HostedKubernetesTests : IDisposable
{
    private readonly LeaseApi api = new();

    public void Dispose() => api.Dispose();

    [Fact]
    public async Task Its_terms_are_numbered_by_the_lease()
    {
        var (primary, backup) = await HostedNode.StartedPairAsync(pair => pair.UseKubernetesArbiter(api.Client, "shop"));
        using var one = primary;
        using var other = backup;
        primary.Star.Term!.FencingToken.Should().Be(1);

        (await primary.Pair.HandOverAsync()).Should().Be(HandOverOutcome.Completed);

        backup.Star.Term!.FencingToken.Should().Be(2);
        var lease = await api.Client.CoordinationV1.ReadNamespacedLeaseAsync(HostedNode.Name, "shop", cancellationToken: TestContext.Current.CancellationToken);
        lease.Spec.LeaseTransitions.Should().Be(2);
        lease.Spec.HolderIdentity.Should().StartWith("Backup-");
    }

    [Fact]
    public async Task A_name_that_no_lease_can_have_ends_the_start()
    {
        using var node = new HostedNode(BinaryStarRole.Primary, PairPorts.New(), pair => pair.UseKubernetesArbiter(api.Client, "shop"), [new("BinaryStar:orders:Name", "Orders")]);

        (await node.Host.Invoking(host => host.StartAsync()).Should().ThrowAsync<OptionsValidationException>()).WithMessage("Pair 'orders': *'Orders'*lower-case*");
    }

    [Fact]
    public async Task Outside_of_a_cluster_the_start_says_that_it_needs_one()
    {
        using var node = new HostedNode(BinaryStarRole.Primary, PairPorts.New(), pair => pair.UseKubernetesArbiter());

        (await node.Host.Invoking(host => host.StartAsync()).Should().ThrowAsync<Exception>()).WithMessage("*in-cluster*");
    }
}
