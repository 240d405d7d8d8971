using Processes;

namespace NetMQ.HighAvailability.Chaos.Triangles;

/// <summary>The arbiter's engine, in its corner: what can be done to it.</summary>
internal abstract class Register : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("register-");

    protected string Folder => folder.FullName;

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

    public PostgresRegister(string[] enter) => server = new PostgresProcess(Folder, "*", Port, enter);

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
internal sealed class EtcdRegister : Register
{
    // Its corner is a network of its own, where all ports are free.
    private static readonly int[] Ports = [2379, 2380, 2381, 12379, 12380, 12381];

    private readonly EtcdProcesses members;

    public EtcdRegister(string[] enter) => members = new EtcdProcesses(Folder, "0.0.0.0", Ports, enter);

    public override string Argument(string address) => "etcd=" + string.Join(',', members.AddressesAt(address));

    public override void Start() => members.Start();

    public override void Freeze(int? member = null) => Array.ForEach(Those(member), members.Freeze);

    public override void Wake(int? member = null) => Array.ForEach(Those(member), members.Wake);

    public override async Task KillAsync(int? member = null)
    {
        foreach (var each in Those(member)) await members.KillAsync(each);
    }

    public override void Dispose()
    {
        members.Dispose();
        base.Dispose();
    }

    private static int[] Those(int? member) => member is { } one ? [one] : [.. Enumerable.Range(0, EtcdProcesses.Size)];
}
