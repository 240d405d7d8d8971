using System.Globalization;

namespace Processes;

/// <summary>A PostgreSQL server as processes of this one, its files in a folder that is empty at first.</summary>
/// <param name="folder">Where its files are to be.</param>
/// <param name="address">What it listens on.</param>
/// <param name="port">What it listens on.</param>
/// <param name="under">What is to become the server, such as what enters a network namespace.</param>
public sealed class PostgresProcess(string folder, string address, int port, IEnumerable<string>? under = null) : IDisposable
{
    private readonly string[] under = [.. under ?? []];
    private SampleProcess? server;

    /// <summary>Its files, once they are there.</summary>
    public string Data => Path.Combine(folder, "data");

    public bool HasExited => server is not { HasExited: false };

    public IReadOnlyList<string> Errors => server?.Errors ?? [];

    // It refuses to run as root.
    private static string? User => Environment.IsPrivilegedProcess
        ? File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody"
        : null;

    /// <summary>Makes its files; whoever reaches it may do everything.</summary>
    public async Task InitializeAsync()
    {
        if (User is { } user) await RunAsync("chown", user, folder);
        await RunAsync(Command("initdb", "-D", Data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"));
        await File.AppendAllTextAsync(Path.Combine(Data, "pg_hba.conf"), "host all all all trust\n");
    }

    /// <summary>Starts it; it does not answer at once.</summary>
    /// <param name="settings">Each as <c>name=value</c>.</param>
    public void Start(IEnumerable<string>? settings = null)
    {
        server?.Dispose();
        server = SampleProcess.Start([
            .. under, .. Command("postgres", "-D", Data, "-p", $"{port}", "-c", $"listen_addresses={address}", "-c", "unix_socket_directories="),
            .. (settings ?? []).SelectMany(setting => new[] { "-c", setting }),
        ]);
    }

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
    public async Task KillAsync()
    {
        server!.Freeze();
        foreach (var child in Children()) Signals.SendKill(child);
        server.Kill();
        await server.WaitForExitAsync(CancellationToken.None);
    }

    public void Dispose()
    {
        if (!HasExited)
        {
            server!.Freeze();
            foreach (var child in Children()) Signals.SendKill(child);
        }

        server?.Dispose();
    }

    private static string[] Command(string program, params string[] arguments) =>
        [.. User is { } user ? ["setpriv", "--reuid", user, "--clear-groups"] : Array.Empty<string>(), Program(program), .. arguments];

    // Debian has the programs of each version in a folder of its own, and not in the path.
    private static string Program(string name) => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin", name)).Where(File.Exists).Max() ?? name
        : name;

    private static async Task RunAsync(params string[] command)
    {
        using var process = SampleProcess.Start(command);
        await process.WaitForExitAsync(CancellationToken.None);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{command[0]} failed: {string.Join('\n', process.Errors)}");
    }

    private int[] Children() => [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0])).Where(IsChild).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))];

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
