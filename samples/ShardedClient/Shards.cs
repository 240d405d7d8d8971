using NetMQ.HighAvailability;

namespace ShardedClient;

/// <summary>One client for each pair, and each request goes to the pair that its key belongs to. Any number of callers.</summary>
internal sealed class Shards : IAsyncDisposable
{
    private readonly Rendezvous rendezvous;
    private readonly Dictionary<string, BinaryStarClient> clients;

    public Shards(IReadOnlyList<Pair> pairs)
    {
        rendezvous = new Rendezvous(pairs.Select(pair => pair.Name));
        clients = pairs.ToDictionary(pair => pair.Name, pair => new BinaryStarClient(new BinaryStarClientOptions { Servers = [pair.Primary, pair.Backup] }));
        foreach (var (name, client) in clients) client.ServerChanged += (_, change) => ServerChanged?.Invoke(name, change);
    }

    /// <summary>In the named pair another server answers than before. Thread pool.</summary>
    public event Action<string, ServerChangedEventArgs>? ServerChanged;

    /// <returns>The reply, and by whom.</returns>
    public async Task<(byte[] Reply, string Pair, string Server)> RequestAsync(string key, ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        var pair = rendezvous.OwnerOf(key);
        var client = clients[pair];
        var reply = await client.RequestAsync(request, cancellation);
        return (reply, pair, client.CurrentServer!);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients.Values) await client.DisposeAsync();
    }
}
