using NetMQ.HighAvailability.Arbiters.Etcd;
using NetMQ.HighAvailability.Arbiters.Postgres;
using NetMQ.HighAvailability.Tests.Arbiters;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>A pair of hosts with a real server as its arbiter.</summary>
public sealed class HostedPostgresTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task Its_terms_are_numbered_by_the_database_and_fence_its_transactions()
    {
        var source = server.Source();
        var (primary, backup) = await HostedNode.StartedPairAsync(pair => pair.UsePostgresArbiter(source), HostedNode.Patient);
        using var one = primary;
        using var other = backup;
        var first = primary.Star.Term!;
        await using var connection = await source.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync()) await first.FenceAsync(transaction);

        (await primary.Pair.HandOverAsync()).Should().Be(HandOverOutcome.Completed);

        await using var late = await connection.BeginTransactionAsync();
        await late.Invoking(it => first.FenceAsync(it)).Should().ThrowAsync<StaleTermException>();
        await late.RollbackAsync();
        await using var next = await connection.BeginTransactionAsync();
        backup.WaitFor(BinaryStarState.Active);
        var second = backup.Star.Term!;
        await second.FenceAsync(next);
        second.FencingToken.Should().BeGreaterThanOrEqualTo(2);
    }
}

/// <summary>A pair of hosts with a real cluster as its arbiter.</summary>
public sealed class HostedEtcdTests(EtcdCluster cluster) : IClassFixture<EtcdCluster>
{
    [Fact]
    public async Task Its_terms_are_numbered_by_etcd()
    {
        var (primary, backup) = await HostedNode.StartedPairAsync(pair => pair.UseEtcdArbiter(cluster.Addresses), HostedNode.Patient);
        using var one = primary;
        using var other = backup;

        (await primary.Pair.HandOverAsync()).Should().Be(HandOverOutcome.Completed);

        backup.WaitFor(BinaryStarState.Active);
        backup.Star.Term!.FencingToken.Should().BeGreaterThanOrEqualTo(2);
    }
}
