using k8s;
using k8s.Models;
using NetMQ.HighAvailability.Arbiters.Kubernetes;

namespace NetMQ.HighAvailability.Tests.Arbiters;

/// <summary>
/// An API server to test with: the one that the variable's kubeconfig leads to, in its namespace; without the variable a double in memory. It is reached through
/// a relay, for the sake of what happens to a server.
/// </summary>
public sealed class LeaseServer : IArbiterStore, IDisposable
{
    private const string Variable = "KUBERNETES_ARBITER_TEST";

    private static readonly Dictionary<string, (string Annotation, string? Value)> Damaged = new()
    {
        ["-token-missing"] = (LeaseRecord.Token, null),
        ["-token-0"] = (LeaseRecord.Token, "0"),
        ["-token-below"] = (LeaseRecord.Token, "-1"),
        ["-token-of-octal"] = (LeaseRecord.Token, "07"),
        ["-token-with-space"] = (LeaseRecord.Token, " 7"),
        ["-token-too-large"] = (LeaseRecord.Token, "9223372036854775808"),
        ["-holder-missing"] = (LeaseRecord.Holder, null),
        ["-holder-lower"] = (LeaseRecord.Holder, "primary"),
        ["-holder-number"] = (LeaseRecord.Holder, "0"),
        ["-process-missing"] = (LeaseRecord.Process, null),
        ["-process-number"] = (LeaseRecord.Process, "7"),
        ["-process-braces"] = (LeaseRecord.Process, "{0f8fad5b-d9cb-469f-a165-70867728950e}"),
        ["-process-upper"] = (LeaseRecord.Process, "0F8FAD5B-D9CB-469F-A165-70867728950E"),
        ["-lease-missing"] = (LeaseRecord.Lease, null),
        ["-lease-fraction"] = (LeaseRecord.Lease, "1.5"),
        ["-lease-too-long"] = (LeaseRecord.Lease, "922337203685478"),
    };

    private readonly string? kubeconfig = Environment.GetEnvironmentVariable(Variable);
    private readonly LeaseApi? api;
    private readonly TcpRelay relay;
    private readonly List<Kubernetes> clients = [];

    public LeaseServer()
    {
        if (string.IsNullOrEmpty(kubeconfig)) api = new LeaseApi();
        var direct = Direct();
        Namespace = direct.Namespace ?? "default";
        Client = new Kubernetes(direct);

        var server = new Uri(direct.Host);
        relay = new TcpRelay(server.Host, server.Port);
        relay.Start();
    }

    public string Namespace { get; }

    /// <summary>A client of somebody else, who goes past the relay.</summary>
    public Kubernetes Client { get; }

    public IReadOnlyList<string> Damages { get; } = [.. Damaged.Keys];

    public Task<V1Lease> LeaseAsync(string pair) => Client.CoordinationV1.ReadNamespacedLeaseAsync(pair, Namespace);

    /// <summary>Changes a record as somebody else does.</summary>
    public async Task ChangeAsync(string pair, Action<V1Lease> change)
    {
        var lease = await LeaseAsync(pair);
        change(lease);
        await Client.CoordinationV1.ReplaceNamespacedLeaseAsync(lease, pair, Namespace);
    }

    public IArbiter Connect()
    {
        var relayed = Direct();
        var server = new Uri(relayed.Host);
        relayed.TlsServerName ??= server.Host;
        relayed.Host = $"{server.Scheme}://127.0.0.1:{relay.Port}";
        clients.Add(new Kubernetes(relayed));
        return new KubernetesArbiter(clients[^1], Namespace);
    }

    public Task SpoilAsync(string pair, string damage) => ChangeAsync(pair, lease =>
    {
        var (annotation, value) = Damaged[damage];
        if (value is null) lease.Metadata.Annotations.Remove(annotation);
        else lease.Metadata.Annotations[annotation] = value;
    });

    public Task DeleteAsync(string pair) => Client.CoordinationV1.DeleteNamespacedLeaseAsync(pair, Namespace);

    public void Freeze() => relay.Freeze();

    public void Wake() => relay.Wake();

    public void Kill() => relay.Cut();

    public Task StartAsync()
    {
        relay.Start();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        foreach (var client in clients) client.Dispose();
        Client.Dispose();
        relay.Dispose();
        api?.Dispose();
    }

    private KubernetesClientConfiguration Direct() =>
        api is null ? KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig) : new KubernetesClientConfiguration { Host = api.Address };
}
