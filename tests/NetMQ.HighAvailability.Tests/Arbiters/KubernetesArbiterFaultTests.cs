using System.Globalization;
using k8s;
using k8s.Autorest;
using NetMQ.HighAvailability.Arbiters.Kubernetes;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Arbiters;

/// <summary>What is no answer about the record, and what is asked for; with a double that does as it is told.</summary>
public sealed class KubernetesArbiterFaultTests : IDisposable
{
    private const string Pair = "orders";
    private const string Path = "/apis/coordination.k8s.io/v1/namespaces/shop/leases";
    private static readonly ArbiterClaim Claim = new(1, BinaryStarRole.Primary, Guid.NewGuid(), TimeSpan.Zero);
    private readonly LeaseApi api = new();
    private readonly KubernetesArbiter arbiter;

    public KubernetesArbiterFaultTests() => arbiter = new KubernetesArbiter(api.Client, "shop");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => api.Dispose();

    [Fact]
    public async Task A_record_is_read_without_a_resource_version_so_that_the_most_recent_is_answered()
    {
        var version = await arbiter.TryWriteAsync(Pair, null, Claim, Cancellation);
        await arbiter.ReadAsync(Pair, Cancellation);
        await arbiter.TryWriteAsync(Pair, version, Claim, Cancellation);

        api.Requests.Should().Equal($"POST {Path}", $"GET {Path}/{Pair}", $"PUT {Path}/{Pair}");
    }

    [Theory]
    [InlineData(401, "Unauthorized")]
    [InlineData(403, "Forbidden")]
    [InlineData(429, "TooManyRequests")]
    [InlineData(500, "InternalError")]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(504, "Timeout")]
    public async Task An_answer_of_any_other_kind_is_a_fault(int code, string reason)
    {
        api.Answer = (code, LeaseApi.Status(code, reason, Pair));

        await EachCallFailsAsync();
    }

    [Theory]
    [InlineData(404, "404 page not found")]
    [InlineData(404, "{}")]
    [InlineData(404, "[]")]
    [InlineData(409, "")]
    public async Task A_refusal_that_is_not_the_api_servers_own_is_a_fault(int code, string body)
    {
        api.Answer = (code, body);

        await EachCallFailsAsync();
    }

    [Theory]
    [InlineData(404, "NotFound", "shop", "namespaces")]
    [InlineData(404, "NotFound", "invoices", "leases")]
    [InlineData(409, "Conflict", "compute", "resourcequotas")]
    [InlineData(409, "NotFound", Pair, "leases")]
    public async Task A_refusal_that_is_not_about_the_lease_is_a_fault(int code, string reason, string name, string kind)
    {
        api.Answer = (code, LeaseApi.Status(code, reason, name, kind));

        await EachCallFailsAsync();
    }

    [Theory]
    [InlineData(409, "Conflict")]
    [InlineData(404, "NotFound")]
    public async Task A_replacement_is_refused_when_the_lease_has_changed_or_is_gone(int code, string reason)
    {
        api.Answer = (code, LeaseApi.Status(code, reason, Pair));

        (await arbiter.TryWriteAsync(Pair, "uid/1", Claim, Cancellation)).Should().BeNull();
    }

    [Fact]
    public async Task An_api_server_that_does_not_listen_is_a_fault()
    {
        using var nobody = new Kubernetes(new KubernetesClientConfiguration { Host = $"http://127.0.0.1:{Ports.Free()}/" });

        var reading = () => new KubernetesArbiter(nobody, "shop").ReadAsync(Pair, Cancellation);

        await reading.Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task A_write_that_was_cancelled_may_be_carried_out_later()
    {
        var carryOut = new TaskCompletionSource();
        api.Delay = () => carryOut.Task;
        using var impatience = new CancellationTokenSource();

        var writing = arbiter.TryWriteAsync(Pair, null, Claim, impatience.Token);
        Wait.Until(() => api.Requests.Count == 1, "the request to arrive");
        impatience.Cancel();

        await ((Func<Task>)(() => writing)).Should().ThrowAsync<OperationCanceledException>();
        api.Delay = () => Task.CompletedTask;
        (await arbiter.ReadAsync(Pair, Cancellation)).Should().BeNull();
        carryOut.SetResult();
        Wait.Until(() => arbiter.ReadAsync(Pair, Cancellation).Result?.Claim == Claim, "the write to be carried out");
    }

    [Theory]
    [InlineData("orders")]
    [InlineData("0")]
    [InlineData("orders-2.eu--west.example")]
    public void A_name_is_taken_as_it_is(string pair) => LeaseName.Fits(pair).Should().BeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("Orders")]
    [InlineData("my orders")]
    [InlineData("orders_2")]
    [InlineData("-orders")]
    [InlineData("orders-")]
    [InlineData("orders..eu")]
    [InlineData("orders.-eu")]
    [InlineData("orders/eu")]
    [InlineData("orders\n")]
    [InlineData("bestellungen-für-zwei")]
    public async Task A_name_that_no_lease_can_have_is_refused_before_anything_is_asked(string pair)
    {
        var calls = Calls(pair, null);

        foreach (var call in calls) (await call.Should().ThrowAsync<ArgumentException>()).WithMessage($"*'{pair}'*lower-case letters*digits*253*");
        api.Requests.Should().BeEmpty();
    }

    [Fact]
    public void A_name_has_253_characters_at_most()
    {
        LeaseName.Fits(new string('a', 253)).Should().BeTrue();
        LeaseName.Fits(new string('a', 254)).Should().BeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("17")]
    [InlineData("{0}")]
    [InlineData("{0}/")]
    [InlineData("/17")]
    [InlineData("{0}/0")]
    [InlineData("{0}/-1")]
    [InlineData("{0}/1x")]
    [InlineData("{0}/99999999999999999999")]
    [InlineData("{0}/17/4")]
    public async Task A_version_that_no_lease_can_have_is_asked_for_all_the_same_and_refused(string version)
    {
        var uid = (await arbiter.TryWriteAsync(Pair, null, Claim, Cancellation))!.Split('/')[0];

        (await arbiter.TryWriteAsync(Pair, string.Format(CultureInfo.InvariantCulture, version, uid), Claim, Cancellation)).Should().BeNull();

        api.Requests.Should().HaveCount(2, "a node prepares itself and its connection by such a write");
    }

    [Fact]
    public void Outside_of_a_cluster_the_namespace_must_be_named()
    {
        var create = () => new KubernetesArbiter(api.Client);

        create.Should().Throw<InvalidOperationException>().WithMessage("*name the namespace*");
    }

    private async Task EachCallFailsAsync()
    {
        foreach (var call in Calls(Pair, "uid/1")) await call.Should().ThrowAsync<HttpOperationException>();
    }

    private List<Func<Task>> Calls(string pair, string? version) =>
    [
        () => arbiter.ReadAsync(pair, Cancellation),
        () => arbiter.TryWriteAsync(pair, null, Claim, Cancellation),
        () => arbiter.TryWriteAsync(pair, version, Claim, Cancellation),
    ];
}
