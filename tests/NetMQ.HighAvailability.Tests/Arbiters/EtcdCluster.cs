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
    private readonly TempFolder folder = new();
    private readonly EtcdProcesses members;
    private readonly List<EtcdClient> clients = [];

    public EtcdCluster() => members = new EtcdProcesses(folder.FullName);

    public IReadOnlyList<string> Damages { get; } =
    [
        "", "nonsense", "null", "[]", "{}",
        Value(token: "0"), Value(token: "-1"), Value(token: "1.5"), Value(token: "\"1\""), Value(token: "9223372036854775808"),
        Value(holder: "null"), Value(holder: "\"Primary\""), Value(holder: "1"), Value(process: "\"x\""), Value(process: "null"), Value(lease: "-1"), Value(lease: "9223372036854775807"),
        Value().Replace(",\"lease_ms\":0", "", StringComparison.Ordinal), Value().Replace("{", "{\"token\":2,", StringComparison.Ordinal), Value().Replace("{", "{\"more\":2,", StringComparison.Ordinal), Value()[..^1],
    ];

    /// <summary>All members', as a client takes them.</summary>
    public string Addresses => string.Join(',', members.Addresses);

    /// <summary>Which member leads.</summary>
    public async Task<int> LeaderAsync()
    {
        for (var member = 0; member < EtcdProcesses.Size; member++)
        {
            var status = await Client(members.Addresses[member]).StatusAsync(new Etcdserverpb.StatusRequest());
            if (status.Leader == status.Header.MemberId) return member;
        }

        throw new InvalidOperationException("No member leads.");
    }

    public IArbiter Connect() => new EtcdArbiter(Client(Addresses));

    public async Task SpoilAsync(string pair, string damage) =>
        await Client(Addresses).PutAsync(new Etcdserverpb.PutRequest { Key = Key(pair), Value = ByteString.CopyFromUtf8(damage) });

    public async Task DeleteAsync(string pair) => await Client(Addresses).DeleteAsync(new Etcdserverpb.DeleteRangeRequest { Key = Key(pair) });

    public void Freeze() => All(Freeze);

    public void Wake() => All(Wake);

    public void Freeze(int member) => members.Freeze(member);

    public void Wake(int member) => members.Wake(member);

    public void Kill() => All(Kill);

    public void Kill(int member) => Wait.For(members.KillAsync(member), "a member's end");

    public async Task StartAsync()
    {
        members.Start();

        // Each of them, as clients ask any.
        var clock = Stopwatch.StartNew();
        foreach (var address in members.Addresses)
        {
            while (true)
            {
                try
                {
                    await new EtcdArbiter(Client(address)).ReadAsync("ready", default);
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
        members.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Value(string token = "1", string holder = "\"primary\"", string process = "\"11111111-2222-3333-4444-555555555555\"", string lease = "0") =>
        $$"""{"token":{{token}},"holder":{{holder}},"process":{{process}},"lease_ms":{{lease}},"write":"11111111-2222-3333-4444-555555555555"}""";

    private static ByteString Key(string pair) => ByteString.CopyFrom(Encoding.UTF8.GetBytes("/binarystar/" + pair));

    private static void All(Action<int> action)
    {
        for (var member = 0; member < EtcdProcesses.Size; member++) action(member);
    }

    private EtcdClient Client(string addresses)
    {
        var client = new EtcdClient(addresses, configureChannelOptions: options => options.Credentials = ChannelCredentials.Insecure);
        clients.Add(client);
        return client;
    }
}
