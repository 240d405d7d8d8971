using ArbiterServer;
using Benchmarks.Common;
using Processes;

namespace Benchmarks.Arbiters;

/// <summary>What the records of an arbiter are kept by.</summary>
internal enum EngineKind
{
    None,
    Postgres,
    Etcd,
}

/// <summary>An engine that runs for a benchmark, on free loopback ports.</summary>
internal sealed class Engine : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("benchmarks-");
    private readonly IDisposable? processes;

    public Engine(EngineKind kind)
    {
        Kind = kind;
        (processes, Address) = kind switch
        {
            EngineKind.Postgres => StartPostgres(folder.FullName),
            EngineKind.Etcd => StartEtcd(folder.FullName),
            _ => (null, Store.None),
        };
        if (kind != EngineKind.None) WaitForAnswer();
    }

    public EngineKind Kind { get; }

    /// <summary>As <see cref="Store"/> takes it.</summary>
    public string Address { get; }

    public void Dispose()
    {
        Children.Dispose(processes);
        folder.Delete(recursive: true);
    }

    private static (IDisposable Processes, string Address) StartPostgres(string folder)
    {
        var port = FreePorts.Take(1)[0];
        var server = Children.Add(() => new PostgresProcess(folder, "127.0.0.1", port));
        server.InitializeAsync().GetAwaiter().GetResult();
        server.Start();
        return (server, $"postgres=Host=127.0.0.1;Port={port};Username=postgres;Database=postgres");
    }

    private static (IDisposable Processes, string Address) StartEtcd(string folder)
    {
        var members = Children.Add(() => new EtcdProcesses(folder));
        members.Start();
        return (members, "etcd=" + string.Join(',', members.Addresses));
    }

    private void WaitForAnswer()
    {
        using var store = new Store(Address);
        Until.True(() => Answers(store), Patience, () => $"{Kind} answered");
    }

    private static bool Answers(Store store)
    {
        try
        {
            store.Arbiter!.ReadAsync("ready", default).GetAwaiter().GetResult();
            return true;
        }
#pragma warning disable CA1031 // Each engine has exceptions of its own for not being there yet.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }
}
