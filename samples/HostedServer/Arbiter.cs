using NetMQ.HighAvailability.Arbiters.Postgres;
using NetMQ.HighAvailability.Hosting;
using Npgsql;

namespace HostedServer;

/// <summary>The pair's arbiter, if the configuration has one.</summary>
internal static class Arbiter
{
    private const string Name = "Arbiter";

    public static void UseConfiguredArbiter(this BinaryStarBuilder pair, IConfiguration configuration)
    {
        if (configuration.GetConnectionString(Name) is not { } database) return;

        // Such as a variable that was not set. Without an arbiter this node would not find a peer that has one.
        if (string.IsNullOrWhiteSpace(database))
            throw new InvalidOperationException($"ConnectionStrings:{Name} is empty: name the PostgreSQL that is the pair's arbiter, or leave the setting out on both nodes.");
        pair.Services.AddSingleton(_ => NpgsqlDataSource.Create(database)); // the host's, which ends it after the node
        pair.UsePostgresArbiter(services => services.GetRequiredService<NpgsqlDataSource>());
    }
}
