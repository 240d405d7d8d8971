using System.Globalization;
using NetMQ.HighAvailability.Chaos.Checks;
using NetMQ.HighAvailability.Chaos.Networks;

namespace NetMQ.HighAvailability.Chaos.Triangles;

/// <summary>A primary, a backup, their arbiter, the network that they are in, and a client of each node.</summary>
internal sealed class Triangle : IDisposable
{
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan FailoverTimeout = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    private const int VoterPort = 5001;
    private const int StatePort = 5003;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly string[] Names = ["primary", "backup"];

    public Triangle(string engine, bool detectCrash)
    {
        Register = Register.Of(engine, Network.Enter(TriangleNetwork.Arbiter));
        string[] more = detectCrash ? ["--detect-crash"] : [];
        Nodes = [.. Names.Select((name, i) => new Node(i, name, [.. Arguments(i), .. more], Network.Enter(i), Journal))];
        Asker = new Asker([.. Names.Select((_, i) => Voter(i))]);
    }

    public TriangleNetwork Network { get; } = new();

    public Register Register { get; }

    public IReadOnlyList<Node> Nodes { get; }

    public Asker Asker { get; }

    public Journal Journal { get; } = new();

    public Node? Active => Nodes.FirstOrDefault(node => node.IsActive);

    private bool IsWhole => Nodes.Any(node => node.IsActiveByPeer) && Nodes.Any(node => node.IsPassive);

    public Node Other(Node node) => Nodes[1 - node.Index];

    public string Describe() => string.Join(" and ", Nodes.Select(node => node.Last));

    public async Task StartAsync()
    {
        await Register.InitializeAsync();
        await StartRegisterAsync();
        foreach (var node in Nodes) node.Start();
        await Settle();
    }

    public Task StartRegisterAsync() => Register.StartAsync(Network.OutsideAddress(TriangleNetwork.Arbiter));

    /// <summary>Waits until one is active, has been so by the promises of the other for F, and answers.</summary>
    public async Task Settle()
    {
        var since = Clock.Now;
        await Until(
            () =>
            {
                if (!IsWhole) since = Clock.Now;
                return Clock.Now - since > FailoverTimeout && Active is { } active && Asker.LastAnswered(active.Index) > since;
            },
            () => $"the pair is whole and serves; {Asker.Describe()}; they are {Describe()}");
    }

    /// <summary>Orders whichever is active to hand over to the other, until it has.</summary>
    public async Task ChangeHands()
    {
        // The order may come to nothing on a busy machine: it has its own time limit.
        for (var tries = 5; tries > 0; tries--)
        {
            if (Active is not { } active) throw new InvalidOperationException($"Nobody is active; they are {Describe()}");
            active.HandOver();
            var since = Clock.Now;
            await Until(() => Other(active).IsActive || Clock.Now - since > 4 * FailoverTimeout, () => "the order comes to something");
            if (Other(active).IsActive) return;
            await Settle();
        }

        throw new InvalidOperationException($"Five orders to hand over came to nothing; they are {Describe()}");
    }

    public void Dispose()
    {
        Asker.Dispose();
        foreach (var node in Nodes) node.Dispose();
        Register.Dispose();
        Network.Dispose();
    }

    // The limit is only there so that a broken pair ends the run.
    private static async Task Until(Func<bool> condition, Func<string> what)
    {
        var since = Clock.Now;
        while (!condition())
        {
            if (Clock.Now - since > Limit) throw new TimeoutException($"Waited {Limit.TotalSeconds} s until {what()}");
            await Task.Delay(5);
        }
    }

    private string Voter(int node) => $"tcp://{Network.OutsideAddress(node)}:{VoterPort}";

    private string[] Arguments(int node) =>
    [
        "--role", Names[node], "--voter", Voter(node),
        "--local", $"tcp://{Network.NodeAddress(node)}:{StatePort}", "--remote", $"tcp://{Network.NodeAddress(1 - node)}:{StatePort}",
        "--heartbeat", Milliseconds(Heartbeat), "--failover", Milliseconds(FailoverTimeout), "--lease", Milliseconds(Lease),
        "--arbiter", Register.Argument(Network.ArbiterAddress(node)),
    ];

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
}
