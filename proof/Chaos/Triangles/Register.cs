using Processes;

namespace NetMQ.HighAvailability.Chaos.Triangles;

/// <summary>The arbiter's engine, in its corner: what can be done to it.</summary>
internal abstract class Register(string[] enter) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("register-");

    protected string Folder => folder.FullName;

    protected string[] Enter => enter;

    /// <param name="engine"><c>postgres</c> or <c>etcd</c>.</param>
    /// <param name="enter">What starts a command in its corner.</param>
    public static Register Of(string engine, string[] enter) => engine == "etcd" ? new EtcdRegister(enter) : new PostgresRegister(enter);

    /// <summary>What tells a server which arbiter to use, and where.</summary>
    public abstract string Argument(string address);

    /// <summary>Makes its files, where that is a step of its own.</summary>
    public virtual Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Starts what does not run.</summary>
    public abstract void Start();

    /// <param name="member">Which of its members; null: all.</param>
    public abstract void Freeze(int? member = null);

    /// <inheritdoc cref="Freeze" />
    public abstract void Wake(int? member = null);

    /// <inheritdoc cref="Freeze" />
    public abstract Task KillAsync(int? member = null);

    /// <summary>Starts it, and waits until it answers.</summary>
    public async Task StartAsync(string address)
    {
        Start();
        using var store = new ArbiterServer.Store(Argument(address));
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                await store.Arbiter!.ReadAsync("ready", limit.Token);
                return;
            }
#pragma warning disable CA1031 // Each engine has exceptions of its own for not being there yet.
            catch (Exception) when (!limit.IsCancellationRequested)
#pragma warning restore CA1031
            {
                await Task.Delay(20);
            }
        }
    }

    public virtual void Dispose() => folder.Delete(recursive: true);
}

/// <summary>One PostgreSQL server.</summary>
internal sealed class PostgresRegister : Register
{
    private const int Port = 5432;

    private readonly PostgresProcess server;

    public PostgresRegister(string[] enter)
        : base(enter) => server = new PostgresProcess(Folder, "*", Port, enter);

    public override string Argument(string address) => $"postgres=Host={address};Port={Port};Username=postgres;Database=postgres";

    public override Task InitializeAsync() => server.InitializeAsync();

    public override void Start() => server.Start();

    public override void Freeze(int? member = null) => server.Freeze();

    public override void Wake(int? member = null) => server.Wake();

    public override Task KillAsync(int? member = null) => server.KillAsync();

    public override void Dispose()
    {
        server.Dispose();
        base.Dispose();
    }
}

/// <summary>Three etcd members, all in the arbiter's corner.</summary>
internal sealed class EtcdRegister(string[] enter) : Register(enter)
{
    public const int Size = 3;

    private const int ClientPort = 2379;
    private const int PeerPort = 12380;

    private readonly SampleProcess?[] members = new SampleProcess?[Size];

    public override string Argument(string address) => "etcd=" + string.Join(',', Enumerable.Range(0, Size).Select(member => $"http://{address}:{ClientPort + member}"));

    public override void Start()
    {
        for (var member = 0; member < Size; member++)
        {
            if (members[member] is { HasExited: false }) continue;
            members[member]?.Dispose();
            members[member] = SampleProcess.Start([
                .. Enter, "etcd", "--name", $"m{member}", "--data-dir", Path.Combine(Folder, $"m{member}"), "--logger", "zap", "--log-level", "error",
                "--listen-client-urls", $"http://0.0.0.0:{ClientPort + member}", "--advertise-client-urls", $"http://127.0.0.1:{ClientPort + member}",
                "--listen-peer-urls", Peer(member), "--initial-advertise-peer-urls", Peer(member),
                "--initial-cluster", string.Join(',', Enumerable.Range(0, Size).Select(each => $"m{each}={Peer(each)}")),
            ]);
        }
    }

    public override void Freeze(int? member = null) => Array.ForEach(Those(member), each => each.Freeze());

    public override void Wake(int? member = null) => Array.ForEach(Those(member), each => each.Wake());

    public override async Task KillAsync(int? member = null)
    {
        foreach (var each in Those(member))
        {
            each.Kill();
            await each.WaitForExitAsync(CancellationToken.None);
        }
    }

    public override void Dispose()
    {
        foreach (var member in members) member?.Dispose();
        base.Dispose();
    }

    private SampleProcess[] Those(int? member) => [.. member is { } one ? [members[one]!] : members.Select(each => each!)];

    private static string Peer(int member) => $"http://127.0.0.1:{PeerPort + member}";
}
