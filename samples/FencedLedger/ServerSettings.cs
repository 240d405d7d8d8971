using NetMQ.HighAvailability;
using Npgsql;

namespace FencedLedger;

/// <summary>What the command line asks of a server.</summary>
internal sealed record ServerSettings(
    BinaryStarRole Role, string Database, string Voter, string Local, string Remote, TimeSpan Heartbeat, TimeSpan FailoverTimeout,
    TimeSpan PauseBeforeFence, TimeSpan PauseBeforeCommit, TimeSpan TransactionTimeout)
{
    /// <summary>How this server calls itself, and its sessions in the database.</summary>
    public string Name => Role == BinaryStarRole.Primary ? "primary" : "backup";

    /// <summary>
    /// Connections whose transactions PostgreSQL ends when nothing comes for a while. A server that is frozen amid one holds what the transaction has locked:
    /// before the fence the keys of the requests it has booked, so that its peer cannot book these; after the fence the pair's record, so that
    /// its peer cannot take over at all. The server cannot let go of them itself, and the kernel keeps its connections open.
    /// </summary>
    public NpgsqlDataSource CreateDataSource()
    {
        var connection = new NpgsqlConnectionStringBuilder(Database) { ApplicationName = ApplicationName(Name) };
        connection.Options = $"{connection.Options} -c idle_in_transaction_session_timeout={TransactionTimeout.TotalMilliseconds:0}".TrimStart();
        return NpgsqlDataSource.Create(connection);
    }

    public static string ApplicationName(string server) => $"FencedLedger {server}";

    public void Configure(BinaryStarOptions options)
    {
        options.Role = Role;
        options.LocalEndpoints = [Local];
        options.RemoteEndpoints = [Remote];
        options.HeartbeatInterval = Heartbeat;
        options.FailoverTimeout = FailoverTimeout;
    }
}
