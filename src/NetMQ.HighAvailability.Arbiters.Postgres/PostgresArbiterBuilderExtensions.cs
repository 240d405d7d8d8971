using NetMQ.HighAvailability.Hosting;
using Npgsql;

namespace NetMQ.HighAvailability.Arbiters.Postgres;

/// <summary>Gives a hosted pair PostgreSQL as its arbiter.</summary>
public static class PostgresArbiterBuilderExtensions
{
    /// <summary>Gives the pair the table in this database as its arbiter.</summary>
    /// <param name="builder">The pair's.</param>
    /// <param name="dataSource">Where the database is: the same for both nodes. It is not disposed of.</param>
    /// <returns>This builder.</returns>
    public static BinaryStarBuilder UsePostgresArbiter(this BinaryStarBuilder builder, NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return builder.UsePostgresArbiter(_ => dataSource);
    }

    /// <summary>Gives the pair the table in a database as its arbiter.</summary>
    /// <param name="builder">The pair's.</param>
    /// <param name="dataSource">Given the application's services. What it returns is not disposed of.</param>
    /// <returns>This builder.</returns>
    public static BinaryStarBuilder UsePostgresArbiter(this BinaryStarBuilder builder, Func<IServiceProvider, NpgsqlDataSource> dataSource)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(dataSource);
        return builder.UseArbiter(services => new PostgresArbiter(dataSource(services)));
    }
}
