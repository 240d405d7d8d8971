using k8s;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using NetMQ.HighAvailability.Hosting;

namespace NetMQ.HighAvailability.Arbiters.Kubernetes;

/// <summary>Gives a hosted pair a <c>Lease</c> of Kubernetes as its arbiter. That the pair's name can be the <c>Lease</c>'s is checked when the host starts.</summary>
public static class KubernetesArbiterBuilderExtensions
{
    /// <summary>
    /// Gives the pair a <c>Lease</c> in the namespace of the pod in which this process runs, with the rights of the pod's service account. The pairs of a process
    /// share one client, which is disposed of with the host.
    /// </summary>
    /// <param name="builder">The pair's.</param>
    /// <returns>This builder.</returns>
    public static BinaryStarBuilder UseKubernetesArbiter(this BinaryStarBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddKeyedSingleton<IKubernetes>(typeof(KubernetesArbiter), (_, _) => new k8s.Kubernetes(KubernetesClientConfiguration.InClusterConfig()));
        return builder.Use(services => new KubernetesArbiter(services.GetRequiredKeyedService<IKubernetes>(typeof(KubernetesArbiter))));
    }

    /// <summary>Gives the pair a <c>Lease</c> in any namespace.</summary>
    /// <param name="builder">The pair's.</param>
    /// <param name="client">A client of the API server. It is not disposed of.</param>
    /// <param name="namespace">The namespace that the record is in: the same for both nodes.</param>
    /// <returns>This builder.</returns>
    public static BinaryStarBuilder UseKubernetesArbiter(this BinaryStarBuilder builder, IKubernetes client, string @namespace)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var arbiter = new KubernetesArbiter(client, @namespace);
        return builder.Use(_ => arbiter);
    }

    private static BinaryStarBuilder Use(this BinaryStarBuilder builder, Func<IServiceProvider, IArbiter> arbiter)
    {
        builder.Services.AddSingleton<IValidateOptions<BinaryStarOptions>>(new LeaseNameValidation(builder.Name));
        return builder.UseArbiter(arbiter);
    }
}
