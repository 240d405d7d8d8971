using k8s;
using k8s.Autorest;
using k8s.Models;
using NetMQ.HighAvailability.Arbiters.Kubernetes;

namespace NetMQ.HighAvailability.Tests.Arbiters;

/// <summary>An API server to test with: the one that the variable's kubeconfig leads to, in its namespace; without the variable a double in memory.</summary>
internal sealed class LeaseServer : IDisposable
{
    private const string Variable = "KUBERNETES_ARBITER_TEST";

    private readonly LeaseApi? api;

    public LeaseServer()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } kubeconfig)
        {
            var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig);
            Namespace = configuration.Namespace ?? Namespace;
            Client = new Kubernetes(configuration);
        }
        else
        {
            api = new LeaseApi();
            Client = api.Client;
        }

        Arbiter = new KubernetesArbiter(Client, Namespace);
    }

    /// <summary>A pair without a record.</summary>
    public string Pair { get; } = $"test-{Guid.NewGuid():N}";

    public string Namespace { get; } = "default";

    public Kubernetes Client { get; }

    public KubernetesArbiter Arbiter { get; }

    public Task<V1Lease> LeaseAsync() => Client.CoordinationV1.ReadNamespacedLeaseAsync(Pair, Namespace);

    public Task DeleteAsync() => Client.CoordinationV1.DeleteNamespacedLeaseAsync(Pair, Namespace);

    public void Dispose()
    {
        try
        {
            DeleteAsync().Wait();
        }
        catch (AggregateException missing) when (missing.InnerException is HttpOperationException)
        {
            // Not every test leaves one behind.
        }

        Client.Dispose();
        api?.Dispose();
    }
}
