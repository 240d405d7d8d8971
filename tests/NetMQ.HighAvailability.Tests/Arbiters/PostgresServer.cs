using System.Diagnostics;
using NetMQ.HighAvailability.Arbiters.Postgres;
using NetMQ.HighAvailability.Tests.Support;
using Npgsql;
using Processes;

namespace NetMQ.HighAvailability.Tests.Arbiters;

/// <summary>A PostgreSQL server of a test class's own: processes on a free loopback port, its files in a temporary folder.</summary>
public sealed class PostgresServer : IArbiterStore, IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly int port = Ports.Free();
    private readonly List<NpgsqlDataSource> sources = [];
    private readonly PostgresProcess server;

    public PostgresServer() => server = new PostgresProcess(folder.FullName, "127.0.0.1", port);

    /// <summary>Settings for the next start, beside those that it always has.</summary>
    public string[] Settings { get; set; } = [];

    public IReadOnlyList<string> Damages { get; } =
        ["version = null", "token = null", "token = 0", "token = -1", "holder = null", "holder = ''", "holder = 'Primary'", "process = null", "lease_ms = null", "lease_ms = -1", "lease_ms = 9223372036854775807"];

    /// <summary>The connection string.</summary>
    public string Address => $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres";

    /// <param name="more">Of the connection string, beside the server's address.</param>
    public NpgsqlDataSource Source(string more = "")
    {
        var source = NpgsqlDataSource.Create($"{Address};{more}");
        sources.Add(source);
        return source;
    }

    public IArbiter Connect() => new PostgresArbiter(Source());

    public async Task SqlAsync(string sql)
    {
        await using var command = Source("Pooling=false").CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task SpoilAsync(string pair, string damage)
    {
        foreach (var column in new[] { "version", "token", "holder", "process", "lease_ms" }) await SqlAsync($"ALTER TABLE binary_star_lease ALTER {column} DROP NOT NULL");
        await SqlAsync($"UPDATE binary_star_lease SET {damage} WHERE name = '{pair.Replace("'", "''", StringComparison.Ordinal)}'");
    }

    public Task DeleteAsync(string pair) => SqlAsync($"DELETE FROM binary_star_lease WHERE name = '{pair}'");

    public void Freeze() => server.Freeze();

    public void Wake() => server.Wake();

    public void Kill() => Wait.For(server.KillAsync(), "the server's end");

    public async Task StartAsync()
    {
        server.Start(["max_connections=400", .. Settings]); // whatever the order of the tests: each leaves connections in its pools
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await SqlAsync("SELECT");
                return;
            }
            catch (NpgsqlException) when (clock.Elapsed < TimeSpan.FromSeconds(60) && !server.HasExited)
            {
                await Task.Delay(20);
            }
            catch (NpgsqlException exception)
            {
                throw new InvalidOperationException("The server does not start: " + string.Join('\n', server.Errors), exception);
            }
        }
    }

    /// <summary>A standby that follows nobody: a primary's file makes it one.</summary>
    public async Task BecomeStandbyAsync()
    {
        Kill();
        await File.WriteAllTextAsync(Path.Combine(server.Data, "standby.signal"), "");
        await StartAsync();
    }

    public async Task BecomePrimaryAsync()
    {
        Kill();
        File.Delete(Path.Combine(server.Data, "standby.signal"));
        await StartAsync();
    }

    public async ValueTask InitializeAsync()
    {
        await server.InitializeAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in sources) await source.DisposeAsync();
        server.Dispose();
        folder.Dispose();
    }
}
