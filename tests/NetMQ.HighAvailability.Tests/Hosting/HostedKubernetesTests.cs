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
        var first = 0L;
        WaitUntilLeaseNames(primary, "Primary", token => (first = token) > 0);

        await primary.Host.StopAsync(TestContext.Current.CancellationToken);
        using var client = backup.Client();
        client.AskUntilAnswered(); // a vote, for a hand-over that did not come about

        WaitUntilLeaseNames(backup, "Backup", token => token > first);
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

    // On a busy machine a term may end at any time, and a number be left out.
    private void WaitUntilLeaseNames(HostedNode node, string role, Func<long, bool> isRight) => Wait.Until(
        () => node.Star.Term?.FencingToken is { } token && isRight(token)
            && api.Client.CoordinationV1.ReadNamespacedLease(HostedNode.Name, "shop").Spec is { } shown
            && shown.LeaseTransitions == token && shown.HolderIdentity.StartsWith($"{role}-", StringComparison.Ordinal),
        $"the lease to name the {role}'s term");
}
