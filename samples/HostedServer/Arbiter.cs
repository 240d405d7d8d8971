using NetMQ.HighAvailability.Arbiters.Kubernetes;
using NetMQ.HighAvailability.Arbiters.Postgres;
using NetMQ.HighAvailability.Hosting;
using Npgsql;

namespace HostedServer;

/// <summary>The pair's arbiter, if the configuration has one.</summary>
internal static class Arbiter
{
    private const string Key = "Arbiter";
    private const string Kubernetes = "kubernetes";

    public static void UseConfiguredArbiter(this BinaryStarBuilder pair, IConfiguration configuration)
    {
        var (kind, database) = (configuration[Key], configuration.GetConnectionString(Key));
        if (kind is null && database is null) return;
        if (kind is not null && database is not null) throw new InvalidOperationException($"A pair has one arbiter: leave out {Key} or ConnectionStrings:{Key}.");

        // Empty, such as a variable that was not set: without an arbiter this node would not find a peer that has one.
        if (kind is null) UsePostgres(pair, database!);
        else if (kind == Kubernetes) pair.UseKubernetesArbiter();
        else if (string.IsNullOrWhiteSpace(kind)) throw new InvalidOperationException($"{Key} is empty: write {Kubernetes}, or leave the setting out on both nodes.");
        else throw new InvalidOperationException($"{Key} is '{kind}', and can be {Kubernetes}; for a PostgreSQL give ConnectionStrings:{Key}.");
    }

    private static void UsePostgres(BinaryStarBuilder pair, string database)
    {
        if (string.IsNullOrWhiteSpace(database))
            throw new InvalidOperationException($"ConnectionStrings:{Key} is empty: name the PostgreSQL that is the pair's arbiter, or leave the setting out on both nodes.");
        pair.Services.AddSingleton(_ => NpgsqlDataSource.Create(database)); // the host's, which ends it after the node
        pair.UsePostgresArbiter(services => services.GetRequiredService<NpgsqlDataSource>());
    }
}
