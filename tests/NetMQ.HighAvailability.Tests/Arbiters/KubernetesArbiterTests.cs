using k8s;
using k8s.Models;
using NetMQ.HighAvailability.Arbiters.Kubernetes;

namespace NetMQ.HighAvailability.Tests.Arbiters;

/// <summary>How a pair's record lives in a Lease: what is seen of it, and what becomes of it when others change it.</summary>
public sealed class KubernetesArbiterTests : IDisposable
{
    private static readonly ArbiterClaim Claim = new(7, BinaryStarRole.Backup, Guid.NewGuid(), TimeSpan.FromMilliseconds(14_500));
    private readonly LeaseServer server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task The_lease_shows_the_holder_its_token_and_its_duration_in_whole_seconds()
    {
        await WriteAsync(null, Claim);

        var spec = (await server.LeaseAsync()).Spec;

        spec.HolderIdentity.Should().Be($"Backup-{Claim.Process}");
        spec.LeaseTransitions.Should().Be(7);
        spec.LeaseDurationSeconds.Should().Be(15);
        spec.RenewTime.Should().BeCloseTo(DateTime.UtcNow, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_lease_of_zero_and_a_token_that_is_too_large_are_not_shown_but_kept()
    {
        var claim = Claim with { Token = long.MaxValue, Lease = TimeSpan.Zero };

        await WriteAsync(null, claim);

        var spec = (await server.LeaseAsync()).Spec;
        (spec.LeaseTransitions, spec.LeaseDurationSeconds).Should().Be((null, null));
        (await ReadAsync())!.Claim.Should().Be(claim);
    }

    [Fact]
    public async Task The_same_claim_written_again_is_a_new_version()
    {
        var first = await WriteAsync(null, Claim);

        var second = await WriteAsync(first, Claim);

        second.Should().NotBeNull().And.NotBe(first);
        (await ReadAsync())!.Version.Should().Be(second);
    }

    [Fact]
    public async Task A_version_of_a_deleted_lease_is_refused_and_creates_none()
    {
        var version = await WriteAsync(null, Claim);
        await server.DeleteAsync();

        (await WriteAsync(version, Claim)).Should().BeNull();

        (await ReadAsync()).Should().BeNull();
    }

    [Fact]
    public async Task A_version_of_a_lease_that_was_deleted_and_created_anew_is_refused()
    {
        var version = await WriteAsync(null, Claim);
        await server.DeleteAsync();
        var renewed = await WriteAsync(null, Claim with { Token = 1 });

        (await WriteAsync(version, Claim)).Should().BeNull();

        (await ReadAsync()).Should().Be(new ArbiterRecord(renewed!, Claim with { Token = 1 }));
    }

    [Fact]
    public async Task The_uid_is_compared_although_the_resource_version_is_right()
    {
        var version = LeaseVersion.Parse((await WriteAsync(null, Claim))!);

        (await WriteAsync(new LeaseVersion(Guid.NewGuid().ToString(), version.ResourceVersion).ToString(), Claim)).Should().BeNull();
    }

    [Fact]
    public async Task What_somebody_else_changes_is_a_new_version()
    {
        var version = await WriteAsync(null, Claim);
        var lease = await server.LeaseAsync();
        lease.SetLabel("team", "orders");
        await server.Client.CoordinationV1.ReplaceNamespacedLeaseAsync(lease, server.Pair, server.Namespace, cancellationToken: Cancellation);

        (await WriteAsync(version, Claim)).Should().BeNull();

        var record = await ReadAsync();
        record!.Claim.Should().Be(Claim);
        (await WriteAsync(record.Version, Claim)).Should().NotBeNull();
    }

    [Theory]
    [InlineData(LeaseRecord.Token, null)]
    [InlineData(LeaseRecord.Token, "0")]
    [InlineData(LeaseRecord.Token, "-1")]
    [InlineData(LeaseRecord.Token, "07")]
    [InlineData(LeaseRecord.Token, " 7")]
    [InlineData(LeaseRecord.Token, "9223372036854775808")]
    [InlineData(LeaseRecord.Holder, null)]
    [InlineData(LeaseRecord.Holder, "primary")]
    [InlineData(LeaseRecord.Holder, "0")]
    [InlineData(LeaseRecord.Process, null)]
    [InlineData(LeaseRecord.Process, "7")]
    [InlineData(LeaseRecord.Process, "{0F8FAD5B-D9CB-469F-A165-70867728950E}")]
    [InlineData(LeaseRecord.Process, "0F8FAD5B-D9CB-469F-A165-70867728950E")]
    [InlineData(LeaseRecord.Lease, null)]
    [InlineData(LeaseRecord.Lease, "1.5")]
    [InlineData(LeaseRecord.Lease, "922337203685478")]
    public async Task An_annotation_that_is_missing_or_malformed_is_a_fault_that_names_it(string key, string? value)
    {
        await WriteAsync(null, Claim);
        await ChangeAsync(annotations =>
        {
            if (value is null) annotations.Remove(key);
            else annotations[key] = value;
        });

        var reading = () => ReadAsync();

        (await reading.Should().ThrowAsync<FormatException>()).Which.Message.Should().Contain(server.Pair).And.Contain($"{key} is {(value is null ? "missing" : $"'{value}'")}");
    }

    [Fact]
    public async Task A_lease_of_another_program_is_a_fault_and_stays_as_it_is()
    {
        var foreign = new V1Lease { Metadata = new V1ObjectMeta { Name = server.Pair }, Spec = new V1LeaseSpec { HolderIdentity = "kube-scheduler" } };
        await server.Client.CoordinationV1.CreateNamespacedLeaseAsync(foreign, server.Namespace, cancellationToken: Cancellation);

        var reading = () => ReadAsync();

        (await reading.Should().ThrowAsync<FormatException>()).WithMessage("*another program*");
        (await WriteAsync(null, Claim)).Should().BeNull();
        (await server.LeaseAsync()).Spec.HolderIdentity.Should().Be("kube-scheduler");
    }

    private Task<ArbiterRecord?> ReadAsync() => server.Arbiter.ReadAsync(server.Pair, Cancellation);

    private Task<string?> WriteAsync(string? version, ArbiterClaim claim) => server.Arbiter.TryWriteAsync(server.Pair, version, claim, Cancellation);

    private async Task ChangeAsync(Action<IDictionary<string, string>> change)
    {
        var lease = await server.LeaseAsync();
        change(lease.Metadata.Annotations);
        await server.Client.CoordinationV1.ReplaceNamespacedLeaseAsync(lease, server.Pair, server.Namespace, cancellationToken: Cancellation);
    }
}
