using Microsoft.Data.Sqlite;

namespace HostedServer;

/// <summary>The file that both nodes have the orders in: named by the setting <c>Database</c>, relative to the server's own folder.</summary>
internal sealed partial class Database : IHostedService, IDisposable
{
    // For the other node's transaction. It writes only while it is active, or was until just now.
    private const int SecondsToWait = 10;

    private readonly ILogger<Database> logger;
    private readonly string file;
    private readonly string connectionString;

    public Database(IConfiguration configuration, IHostEnvironment environment, ILogger<Database> logger)
    {
        this.logger = logger;
        var setting = configuration["Database"];
        if (string.IsNullOrWhiteSpace(setting)) throw new InvalidOperationException("Database is empty: name the file that both nodes have the orders in.");
        file = Path.Combine(environment.ContentRootPath, setting);
        connectionString = new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = SecondsToWait }.ToString();
    }

    /// <summary>Held while writing: SQLite has one writer at a time, and would block a thread for each further one.</summary>
    public SemaphoreSlim Writer { get; } = new(1);

    public SqliteConnection NewConnection() => new(connectionString);

    /// <summary>Before the node starts.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Opening(logger, file);
        await using var connection = NewConnection();
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            PRAGMA journal_mode = WAL;
            CREATE TABLE IF NOT EXISTS orders (number INTEGER PRIMARY KEY AUTOINCREMENT, quantity INTEGER NOT NULL, item TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS answered (request TEXT PRIMARY KEY, reply TEXT NOT NULL, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
            """;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => Writer.Dispose();

    [LoggerMessage(LogLevel.Information, "The orders are in {File}")]
    private static partial void Opening(ILogger logger, string file);
}
