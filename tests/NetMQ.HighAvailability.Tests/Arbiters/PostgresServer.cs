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
    private SampleProcess? server;

    /// <summary>Settings for the next start, beside those that it always has.</summary>
    public string[] Settings { get; set; } = [];

    public IReadOnlyList<string> Damages { get; } =
        ["version = null", "token = null", "token = 0", "token = -1", "holder = null", "holder = ''", "holder = 'Primary'", "process = null", "lease_ms = null", "lease_ms = -1", "lease_ms = 9223372036854775807"];

    private string Data => folder.File("data");

    /// <param name="more">Of the connection string, beside the server's address.</param>
    public NpgsqlDataSource Source(string more = "")
    {
        var source = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;{more}");
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

    // The first one first, which could otherwise start others.
    public void Freeze()
    {
        server!.Freeze();
        foreach (var child in Children()) Signals.SendStop(child);
    }

    public void Wake()
    {
        foreach (var child in Children()) Signals.SendContinue(child);
        server!.Wake();
    }

    // Without its children it would not start again: they hold the shared memory.
    public void Kill()
    {
        server!.Freeze();
        foreach (var child in Children()) Signals.SendKill(child);
        server.Kill();
        Wait.For(server.WaitForExitAsync(default), "the server's end");
    }

    public async Task StartAsync()
    {
        server?.Dispose();
        server = SampleProcess.Start([
            .. Command("postgres", "-D", Data, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
            .. Settings.SelectMany(setting => new[] { "-c", setting }),
        ]);
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
        await File.WriteAllTextAsync(Path.Combine(Data, "standby.signal"), "");
        await StartAsync();
    }

    public async Task BecomePrimaryAsync()
    {
        Kill();
        File.Delete(Path.Combine(Data, "standby.signal"));
        await StartAsync();
    }

    public async ValueTask InitializeAsync()
    {
        if (User is { } user) await RunAsync("chown", user, folder.FullName);
        await RunAsync(Command("initdb", "-D", Data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"));
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in sources) await source.DisposeAsync();
        if (server is { HasExited: false }) Kill();
        server?.Dispose();
        folder.Dispose();
    }

    // It refuses to run as root.
    private static string? User => Environment.IsPrivilegedProcess
        ? File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody"
        : null;

    private static string[] Command(string program, params string[] arguments) =>
        [.. User is { } user ? ["setpriv", "--reuid", user, "--clear-groups"] : Array.Empty<string>(), Program(program), .. arguments];

    // Debian has the programs of each version in a folder of its own, and not in the path.
    private static string Program(string name) => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin", name)).Where(File.Exists).Max() ?? name
        : name;

    private static async Task RunAsync(params string[] command)
    {
        using var process = SampleProcess.Start(command);
        await process.WaitForExitAsync(default);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{command[0]} failed: {string.Join('\n', process.Errors)}");
    }

    private int[] Children() => [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0])).Where(IsChild).Select(name => int.Parse(name!, System.Globalization.CultureInfo.InvariantCulture))];

    private bool IsChild(string? process)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{process}/stat");
            return status[(status.LastIndexOf(')') + 4)..].Split(' ')[0] == $"{server!.Id}";
        }
        catch (IOException)
        {
            return false; // it has ended meanwhile
        }
    }
}
