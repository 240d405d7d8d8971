namespace Processes;

/// <summary>Three etcd members on free loopback ports, their files in a folder that is empty at first.</summary>
public sealed class EtcdProcesses(string folder) : IDisposable
{
    public const int Size = 3;

    private readonly int[] ports = FreePorts.Take(2 * Size);
    private readonly SampleProcess?[] members = new SampleProcess?[Size];

    /// <summary>Where clients reach each member.</summary>
    public IReadOnlyList<string> Addresses => [.. ports[..Size].Select(port => $"http://127.0.0.1:{port}")];

    private IEnumerable<string> Peers => ports[Size..].Select(port => $"http://127.0.0.1:{port}");

    /// <summary>Starts the members that do not run; they do not answer at once.</summary>
    public void Start()
    {
        for (var member = 0; member < Size; member++)
        {
            if (members[member] is { HasExited: false }) continue;
            members[member]?.Dispose();
            members[member] = Start(member);
        }
    }

    public void Freeze(int member) => members[member]!.Freeze();

    public void Wake(int member) => members[member]!.Wake();

    public async Task KillAsync(int member)
    {
        if (members[member]!.HasExited) return;
        members[member]!.Kill();
        await members[member]!.WaitForExitAsync(CancellationToken.None);
    }

    public void Dispose()
    {
        foreach (var member in members) member?.Dispose();
    }

    private SampleProcess Start(int member)
    {
        var (client, peer) = (Addresses[member], Peers.ElementAt(member));
        return SampleProcess.Start([
            "etcd", "--name", $"m{member}", "--data-dir", Path.Combine(folder, $"m{member}"), "--logger", "zap", "--log-level", "error",
            "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", string.Join(',', Peers.Select((url, i) => $"m{i}={url}")),
        ]);
    }
}
