using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Testing;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>A client of given servers with times for tests, its log and its events in the order in which they came.</summary>
internal sealed class TestClient : IAsyncDisposable
{
    // So short that tests end soon; nothing is asserted to take less than so long.
    public static readonly TimeSpan ServerTimeout = TimeSpan.FromMilliseconds(300);
    public static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly FakeLogCollector collector = FakeLogCollector.Create(new FakeLogCollectorOptions { CollectRecordsForDisabledLogLevels = true });
    private int number;

    public TestClient(IReadOnlyList<string> servers, Action<BinaryStarClientOptions>? configure = null)
    {
        var options = new BinaryStarClientOptions
        {
            Servers = servers,
            RequestTimeout = TimeSpan.FromSeconds(30),
            ServerTimeout = ServerTimeout,
            SettleTime = SettleTime,
        };
        configure?.Invoke(options);
        Client = new BinaryStarClient(options, new FakeLogger<BinaryStarClient>(collector));
        Client.ServerChanged += (_, e) => Changes.Enqueue(e);
    }

    public BinaryStarClient Client { get; }

    public BinaryStarClientStatus Status => Client.Status;

    public ConcurrentQueue<ServerChangedEventArgs> Changes { get; } = new();

    public static TestClient Of(PairPorts ports, Action<BinaryStarClientOptions>? configure = null) =>
        new([ports.VoterEndpoint(BinaryStarRole.Primary), ports.VoterEndpoint(BinaryStarRole.Backup)], configure);

    /// <summary>Turns away from no server for its silence within a test.</summary>
    public static void Patient(BinaryStarClientOptions options) => options.ServerTimeout = options.SettleTime = TimeSpan.FromSeconds(30);

    public int LogCount(int eventId)
    {
        BackgroundLogger.Drain();
        return collector.GetSnapshot().Count(record => record.Id.Id == eventId);
    }

    /// <summary>Asks with a text of its own and checks that the answer is an echo of it.</summary>
    public async Task Ask(DeliveryGuarantee? delivery = null)
    {
        var text = Interlocked.Increment(ref number).ToString(CultureInfo.InvariantCulture);
        (await Ask(text, delivery)).Should().Be(text);
    }

    public async Task<string> Ask(string text, DeliveryGuarantee? delivery = null, CancellationToken cancellation = default) =>
        Encoding.UTF8.GetString(await Client.RequestAsync(Encoding.UTF8.GetBytes(text), delivery, cancellation).WaitAsync(Limit, CancellationToken.None));

    /// <summary>Callers that ask one request after the other until they are stopped.</summary>
    public async Task AskInTurns(int callers, Task until)
    {
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            do await Ask();
            while (!until.IsCompleted);
        }));
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();
}
