using k8s;
using k8s.Models;
using NetMQ.HighAvailability.Arbiters.Kubernetes;

namespace NetMQ.HighAvailability.Tests.Arbiters;

/// <summary>How a pair's record lives in a Lease: what is seen of it, and what becomes of it when others change it.</summary>
public sealed class KubernetesArbiterTests(LeaseServer server) : ArbiterContract(server), IClassFixture<LeaseServer>
{
    private readonly string pair = $"test-{Guid.NewGuid()}";
    private readonly IArbiter arbiter = server.Connect();
    private readonly ArbiterClaim claim = new(7, BinaryStarRole.Backup, Guid.NewGuid(), TimeSpan.FromMilliseconds(14_500));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_lease_shows_the_holder_its_token_and_its_duration_in_whole_seconds()
    {
        await WriteAsync(null, claim);

        var spec = (await server.LeaseAsync(pair)).Spec;

        spec.HolderIdentity.Should().Be($"Backup-{claim.Process}");
        spec.LeaseTransitions.Should().Be(7);
        spec.LeaseDurationSeconds.Should().Be(15);
        spec.RenewTime.Should().BeCloseTo(DateTime.UtcNow, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_lease_of_zero_and_a_token_that_is_too_large_are_not_shown_but_kept()
    {
        var relaxed = claim with { Token = long.MaxValue, Lease = TimeSpan.Zero };

        await WriteAsync(null, relaxed);

        var spec = (await server.LeaseAsync(pair)).Spec;
        (spec.LeaseTransitions, spec.LeaseDurationSeconds).Should().Be((null, null));
        (await ReadAsync())!.Claim.Should().Be(relaxed);
    }

    [Fact]
    public async Task The_same_claim_written_again_is_a_new_version()
    {
        var first = await WriteAsync(null, claim);

        var second = await WriteAsync(first, claim);

        second.Should().NotBeNull().And.NotBe(first);
        (await ReadAsync())!.Version.Should().Be(second);
    }

    [Fact]
    public async Task A_version_of_a_deleted_lease_is_refused_and_creates_none()
    {
        var version = await WriteAsync(null, claim);
        await server.DeleteAsync(pair);

        (await WriteAsync(version, claim)).Should().BeNull();

        (await ReadAsync()).Should().BeNull();
    }

    [Fact]
    public async Task A_version_of_a_lease_that_was_deleted_and_created_anew_is_refused()
    {
        var version = await WriteAsync(null, claim);
        await server.DeleteAsync(pair);
        var renewed = await WriteAsync(null, claim with { Token = 1 });

        (await WriteAsync(version, claim)).Should().BeNull();

        (await ReadAsync()).Should().Be(new ArbiterRecord(renewed!, claim with { Token = 1 }));
    }

    [Fact]
    public async Task The_uid_is_compared_although_the_resource_version_is_right()
    {
        var version = LeaseVersion.Parse((await WriteAsync(null, claim))!);

        (await WriteAsync(new LeaseVersion(Guid.NewGuid().ToString(), version.ResourceVersion).ToString(), claim)).Should().BeNull();
    }

    [Fact]
    public async Task What_somebody_else_changes_is_a_new_version()
    {
        var version = await WriteAsync(null, claim);
        await server.ChangeAsync(pair, lease => lease.SetLabel("team", "orders"));

        (await WriteAsync(version, claim)).Should().BeNull();

        var record = await ReadAsync();
        record!.Claim.Should().Be(claim);
        (await WriteAsync(record.Version, claim)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_lease_of_another_program_is_a_fault_and_stays_as_it_is()
    {
        var foreign = new V1Lease { Metadata = new V1ObjectMeta { Name = pair }, Spec = new V1LeaseSpec { HolderIdentity = "kube-scheduler" } };
        await server.Client.CoordinationV1.CreateNamespacedLeaseAsync(foreign, server.Namespace, cancellationToken: Cancellation);

        var reading = () => ReadAsync();

        (await reading.Should().ThrowAsync<InvalidDataException>()).WithMessage("*another program*");
        (await WriteAsync(null, claim)).Should().BeNull();
        (await server.LeaseAsync(pair)).Spec.HolderIdentity.Should().Be("kube-scheduler");
    }

    private Task<ArbiterRecord?> ReadAsync() => arbiter.ReadAsync(pair, Cancellation);

    private Task<string?> WriteAsync(string? version, ArbiterClaim claim) => arbiter.TryWriteAsync(pair, version, claim, Cancellation);
}
