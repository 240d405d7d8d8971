using System.Diagnostics;

namespace NetMQ.HighAvailability.Tests.Arbiters;

/// <summary>Three real members, killed and frozen.</summary>
public sealed class EtcdArbiterTests(EtcdCluster cluster) : ArbiterContract(cluster), IClassFixture<EtcdCluster>
{
    [Fact]
    public async Task With_one_member_gone_writes_go_on() => await GoesOnAsync(async () => cluster.Kill((await cluster.LeaderAsync() + 1) % 3), cluster.StartAsync);

    [Fact]
    public async Task With_the_leader_gone_writes_go_on() => await GoesOnAsync(async () => cluster.Kill(await cluster.LeaderAsync()), cluster.StartAsync);

    [Fact]
    public async Task With_the_leader_frozen_writes_go_on()
    {
        var leader = await cluster.LeaderAsync();
        await GoesOnAsync(
            () =>
            {
                cluster.Freeze(leader);
                return Task.CompletedTask;
            },
            () =>
            {
                cluster.Wake(leader);
                return Task.CompletedTask;
            });
    }

    // As a node does: one call at a time, given up after a heartbeat; and after one that failed, a read. What is refused was not written, and what was answered is there.
    private async Task GoesOnAsync(Func<Task> fail, Func<Task> mend)
    {
        var arbiter = cluster.Connect();
        var pair = "goes on " + Guid.NewGuid();
        await SettledAsync(arbiter, pair);
        string? version = null;
        await fail();
        try
        {
            var clock = Stopwatch.StartNew();
            var gaveUp = false;
            for (var (written, token) = (0, 1); written < 10; token++)
            {
                clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(60));
                using var heartbeat = new CancellationTokenSource(TimeSpan.FromSeconds(1));
                try
                {
                    var claim = Claim(token);
                    version = await arbiter.TryWriteAsync(pair, version, claim, heartbeat.Token);
                    if (version is null)
                    {
                        // Nobody else writes: it was one of our own, carried out late.
                        gaveUp.Should().BeTrue();
                        version = await SettledAsync(arbiter, pair);
                        continue;
                    }

                    written++;
                    (await arbiter.ReadAsync(pair, heartbeat.Token)).Should().Be(new ArbiterRecord(version, claim));
                }
                catch (Exception exception) when (exception is Grpc.Core.RpcException or OperationCanceledException)
                {
                    gaveUp = true;
                    version = await SettledAsync(arbiter, pair);
                }
            }
        }
        finally
        {
            await mend();
        }
    }

    private static async Task<string?> SettledAsync(IArbiter arbiter, string pair)
    {
        while (true)
        {
            using var heartbeat = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                return (await arbiter.ReadAsync(pair, heartbeat.Token))?.Version;
            }
            catch (Exception exception) when (exception is Grpc.Core.RpcException or OperationCanceledException)
            {
                await Task.Delay(20);
            }
        }
    }
}
