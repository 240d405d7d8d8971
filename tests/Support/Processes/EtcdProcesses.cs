namespace Processes;

/// <summary>Three etcd members, which reach each other by loopback, their files in a folder that is empty at first.</summary>
/// <param name="folder">Where their files are to be.</param>
/// <param name="address">What they listen on for clients.</param>
/// <param name="ports">Each member's for clients, and then each one's for the others; null: free ones.</param>
/// <param name="under">What is to become each member, such as what enters a network namespace.</param>
public sealed class EtcdProcesses(string folder, string address = EtcdProcesses.Loopback, int[]? ports = null, IEnumerable<string>? under = null) : IDisposable
{
    public const int Size = 3;

    private const string Loopback = "127.0.0.1";

    private readonly int[] ports = ports ?? FreePorts.Take(2 * Size);
    private readonly string[] under = [.. under ?? []];
    private readonly SampleProcess?[] members = new SampleProcess?[Size];

    /// <summary>Where clients of this machine reach each member.</summary>
    public IReadOnlyList<string> Addresses => AddressesAt(Loopback);

    private IEnumerable<string> Peers => ports[Size..].Select(port => Url(Loopback, port));

    /// <summary>Where clients reach each member by this host.</summary>
    public IReadOnlyList<string> AddressesAt(string host) => [.. ports[..Size].Select(port => Url(host, port))];

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

    private static string Url(string host, int port) => $"http://{host}:{port}";

    private SampleProcess Start(int member)
    {
        var peer = Peers.ElementAt(member);
        return SampleProcess.Start([
            .. under, "etcd", "--name", $"m{member}", "--data-dir", Path.Combine(folder, $"m{member}"), "--logger", "zap", "--log-level", "error",
            "--listen-client-urls", AddressesAt(address)[member], "--advertise-client-urls", Addresses[member], "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", string.Join(',', Peers.Select((url, i) => $"m{i}={url}")),
        ]);
    }
}
