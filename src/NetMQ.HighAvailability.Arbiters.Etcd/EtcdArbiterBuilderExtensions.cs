using dotnet_etcd;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using NetMQ.HighAvailability.Hosting;

namespace NetMQ.HighAvailability.Arbiters.Etcd;

/// <summary>Gives a hosted pair etcd as its arbiter.</summary>
public static class EtcdArbiterBuilderExtensions
{
    /// <summary>Gives the pair a key in etcd as its arbiter, by a client that is disposed of with the host.</summary>
    /// <param name="builder">The pair's.</param>
    /// <param name="connectionString">All members' addresses: <c>http://e1:2379,http://e2:2379,http://e3:2379</c>.</param>
    /// <returns>This builder.</returns>
    public static BinaryStarBuilder UseEtcdArbiter(this BinaryStarBuilder builder, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        builder.Services.AddKeyedSingleton(builder.Name, (_, _) => new OwnClient(connectionString));
        return builder.UseEtcdArbiter(services => services.GetRequiredKeyedService<OwnClient>(builder.Name).Client);
    }

    /// <summary>Gives the pair a key in etcd as its arbiter.</summary>
    /// <param name="builder">The pair's.</param>
    /// <param name="client">Given the application's services. What it returns is not disposed of.</param>
    /// <returns>This builder.</returns>
    public static BinaryStarBuilder UseEtcdArbiter(this BinaryStarBuilder builder, Func<IServiceProvider, EtcdClient> client)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(client);
        return builder.UseArbiter(services => new EtcdArbiter(client(services)));
    }

    // A type of its own, so that it is not in the way of the application's clients.
    private sealed class OwnClient(string connectionString) : IDisposable
    {
        public EtcdClient Client { get; } = new(connectionString, configureChannelOptions: options =>
        {
            // Without, gRPC refuses addresses that are not encrypted.
            if (connectionString.StartsWith("http://", StringComparison.OrdinalIgnoreCase)) options.Credentials = ChannelCredentials.Insecure;
        });

        public void Dispose() => Client.Dispose();
    }
}
