using System.Diagnostics;
using System.Text;
using dotnet_etcd;
using Google.Protobuf;
using Grpc.Core;
using NetMQ.HighAvailability.Arbiters.Etcd;
using NetMQ.HighAvailability.Tests.Support;
using Processes;

namespace NetMQ.HighAvailability.Tests.Arbiters;

/// <summary>Three etcd members of a test class's own, on free loopback ports, their files in a temporary folder.</summary>
public sealed class EtcdCluster : IArbiterStore, IAsyncLifetime
{
    private const int Size = 3;

    private readonly TempFolder folder = new();
    private readonly int[] clientPorts = [.. Enumerable.Range(0, Size).Select(_ => Ports.Free())];
    private readonly int[] peerPorts = [.. Enumerable.Range(0, Size).Select(_ => Ports.Free())];
    private readonly List<EtcdClient> clients = [];
    private readonly SampleProcess?[] members = new SampleProcess?[Size];

    public IReadOnlyList<string> Damages { get; } =
    [
        "", "nonsense", "null", "[]", "{}",
        Value(token: "0"), Value(token: "-1"), Value(token: "1.5"), Value(token: "\"1\""), Value(token: "9223372036854775808"),
        Value(holder: "null"), Value(holder: "\"Primary\""), Value(holder: "1"), Value(process: "\"x\""), Value(process: "null"), Value(lease: "-1"), Value(lease: "9223372036854775807"),
        Value().Replace(",\"lease_ms\":0", "", StringComparison.Ordinal), Value().Replace("{", "{\"token\":2,", StringComparison.Ordinal), Value().Replace("{", "{\"more\":2,", StringComparison.Ordinal), Value()[..^1],
    ];

    /// <summary>All members', as a client takes them.</summary>
    public string Addresses => string.Join(',', clientPorts.Select(port => $"http://127.0.0.1:{port}"));

    /// <summary>Which member leads.</summary>
    public async Task<int> LeaderAsync()
    {
        for (var member = 0; member < Size; member++)
        {
            var status = await Client([clientPorts[member]]).StatusAsync(new Etcdserverpb.StatusRequest());
            if (status.Leader == status.Header.MemberId) return member;
        }

        throw new InvalidOperationException("No member leads.");
    }

    public IArbiter Connect() => new EtcdArbiter(Client(clientPorts));

    public async Task SpoilAsync(string pair, string damage) =>
        await Client(clientPorts).PutAsync(new Etcdserverpb.PutRequest { Key = Key(pair), Value = ByteString.CopyFromUtf8(damage) });

    public async Task DeleteAsync(string pair) => await Client(clientPorts).DeleteAsync(new Etcdserverpb.DeleteRangeRequest { Key = Key(pair) });

    public void Freeze() => Array.ForEach(members, member => member!.Freeze());

    public void Wake() => Array.ForEach(members, member => member!.Wake());

    public void Freeze(int member) => members[member]!.Freeze();

    public void Wake(int member) => members[member]!.Wake();

    public void Kill() => Array.ForEach([.. Enumerable.Range(0, Size)], Kill);

    public void Kill(int member)
    {
        if (members[member]!.HasExited) return;
        members[member]!.Kill();
        Wait.For(members[member]!.WaitForExitAsync(default), "a member's end");
    }

    public async Task StartAsync()
    {
        for (var member = 0; member < Size; member++)
        {
            if (members[member] is { HasExited: false }) continue;
            members[member]?.Dispose();
            members[member] = Start(member);
        }

        // Each of them, as clients ask any.
        var clock = Stopwatch.StartNew();
        foreach (var port in clientPorts)
        {
            while (true)
            {
                try
                {
                    await new EtcdArbiter(Client([port])).ReadAsync("ready", default);
                    break;
                }
                catch (Exception exception) when (exception is RpcException or TimeoutException && clock.Elapsed < TimeSpan.FromSeconds(60))
                {
                    await Task.Delay(50);
                }
            }
        }
    }

    public async ValueTask InitializeAsync() => await StartAsync();

    public ValueTask DisposeAsync()
    {
        clients.ForEach(client => client.Dispose());
        Kill();
        foreach (var member in members) member?.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Value(string token = "1", string holder = "\"primary\"", string process = "\"11111111-2222-3333-4444-555555555555\"", string lease = "0") =>
        $$"""{"token":{{token}},"holder":{{holder}},"process":{{process}},"lease_ms":{{lease}},"write":"11111111-2222-3333-4444-555555555555"}""";

    private static ByteString Key(string pair) => ByteString.CopyFrom(Encoding.UTF8.GetBytes("/binarystar/" + pair));

    private EtcdClient Client(int[] ports)
    {
        var client = new EtcdClient(string.Join(',', ports.Select(port => $"http://127.0.0.1:{port}")), configureChannelOptions: options => options.Credentials = ChannelCredentials.Insecure);
        clients.Add(client);
        return client;
    }

    private SampleProcess Start(int member) => SampleProcess.Start([
        "etcd", "--name", $"m{member}", "--data-dir", folder.File($"m{member}"), "--logger", "zap", "--log-level", "error",
        "--listen-client-urls", $"http://127.0.0.1:{clientPorts[member]}", "--advertise-client-urls", $"http://127.0.0.1:{clientPorts[member]}",
        "--listen-peer-urls", $"http://127.0.0.1:{peerPorts[member]}", "--initial-advertise-peer-urls", $"http://127.0.0.1:{peerPorts[member]}",
        "--initial-cluster", string.Join(',', peerPorts.Select((port, i) => $"m{i}=http://127.0.0.1:{port}")),
    ]);
}
