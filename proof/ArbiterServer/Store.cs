using dotnet_etcd;
using Grpc.Core;
using NetMQ.HighAvailability;
using NetMQ.HighAvailability.Arbiters.Etcd;
using NetMQ.HighAvailability.Arbiters.Postgres;
using Npgsql;

namespace ArbiterServer;

/// <summary>The arbiter that the command line names, and what has to be closed after the node.</summary>
internal sealed class Store : IDisposable
{
    public const string None = "none";
    private const string Postgres = "postgres=";
    private const string Etcd = "etcd=";

    private readonly IDisposable? client;

    public Store(string name)
    {
        if (name.StartsWith(Postgres, StringComparison.Ordinal))
        {
            var source = NpgsqlDataSource.Create(name[Postgres.Length..]);
            (client, Arbiter) = (source, new PostgresArbiter(source));
        }
        else if (name.StartsWith(Etcd, StringComparison.Ordinal))
        {
            var members = new EtcdClient(name[Etcd.Length..], configureChannelOptions: options => options.Credentials = ChannelCredentials.Insecure);
            (client, Arbiter) = (members, new EtcdArbiter(members));
        }
        else if (name != None)
        {
            throw new ArgumentException($"--arbiter '{name}' must be {None}, {Postgres}CONNECTION-STRING or {Etcd}URL,URL,…");
        }
    }

    /// <summary>Null for none.</summary>
    public IArbiter? Arbiter { get; }

    public void Dispose() => client?.Dispose();
}
