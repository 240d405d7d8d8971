using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NetMQ.HighAvailability.Tests.Hosting;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.HighAvailability.Wire;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Whoever takes the peer's place and sends what no node sends is disconnected, and changes nothing at the node that connected to it.</summary>
public sealed class WireRogueTests
{
    private const int BadConnection = 340;

    private readonly Keys keys = new();

    // It keeps a connection on which nothing comes: whatever closes one here is what came on it.
    private static void Persistent(BinaryStarOptions options) => options.FailoverTimeout = TimeSpan.FromMinutes(10);

    private readonly PairPorts ports = PairPorts.New();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_malformed_that_comes_from_the_peers_place_disturbs_a_node(bool withKeys)
    {
        var clock = Stopwatch.StartNew();
        var greeting = WireEnd.Greeting(withKeys ? "CURVE" : "NULL", asServer: withKeys ? (byte)1 : (byte)0);
        var handshakes = withKeys ? WireCases.ForCurveClient() : WireCases.Readies("PUB", "DEALER");
        using var node = new TestNode(Primary, ports, options =>
        {
            TestNode.Calm(options);
            Persistent(options);
            if (withKeys) keys.Secure(options);
        }).Started();
        using (var rogue = new Rogue(ports.BackupState))
        {
            foreach (var (what, bytes) in WireCases.Openings(withKeys)) rogue.Next().Send(bytes).IsClosed().Should().BeTrue(what);
            foreach (var (what, bytes) in WireCases.Handshakes().Concat(handshakes)) rogue.Next().Send([.. greeting, .. bytes]).IsClosed().Should().BeTrue(what);
            foreach (var (what, bytes) in withKeys ? [] : WireCases.AfterHandshake().Concat(WireCases.ToSubscriber()))
                rogue.Next().Shake("PUB").Send(bytes).IsClosed().Should().BeTrue("after the handshake: {0}", what);
        }

        Knows_nothing(node);
        node.LogCount(BadConnection).Should().BeInRange(1, 1 + ((int)clock.Elapsed.TotalSeconds / 10), "the log is rate-limited");
        Wait.Until(() => Support.Ports.IsFree(ports.BackupState), "the port to be free again");
        using var peer = new TestNode(Backup, ports, options =>
        {
            TestNode.Calm(options);
            if (withKeys) keys.Secure(options);
        }).Started();
        node.WaitFor(BinaryStarState.Active);
        peer.WaitFor(BinaryStarState.Passive);
    }

    [Fact]
    public void States_are_believed_only_if_they_are_sealed_by_the_peer_and_come_once()
    {
        using var node = new TestNode(Primary, ports, options =>
        {
            TestNode.Calm(options);
            Persistent(options);
            keys.Secure(options);
        }).Started();
        using var rogue = new Rogue(ports.BackupState);
        var mine = new CurveKeyPair(keys.Of(Backup).SecretKey!, keys.Of(Backup).PublicKey);

        Action<WireKeyed>[] lies =
        [
            peer => peer.End.Send(WireEnd.Frame([(byte)'3'])),
            peer => peer.End.Send(WireEnd.Command([(byte)'3'])),
            peer => peer.End.Send(WireEnd.Frame([7, .. "MESSAGE"u8, .. new byte[25], (byte)'3'])),
            peer => peer.End.Send(Altered(peer.Sealed("3"u8.ToArray()), at: 25)), // the state
            peer => peer.End.Send(Altered(peer.Sealed("3"u8.ToArray()), at: 17)), // its number
            peer => peer.End.Send(peer.Sealed([], isCommand: true)),
        ];
        foreach (var lie in lies)
        {
            using var peer = WireKeyed.TryAccept(rogue.Next().Socket, SocketKind.Pub, mine)!;
            lie(peer);
            peer.End.IsClosed().Should().BeTrue();
        }

        Knows_nothing(node);
        using (var peer = WireKeyed.TryAccept(rogue.Next().Socket, SocketKind.Pub, mine)!)
        {
            var once = peer.Sealed("2"u8.ToArray());
            peer.End.Send([.. once, .. once]).IsClosed().Should().BeTrue();
        }

        Wait.Until(() => node.Star.Status.StatesReceived > 0, "what the peer has sent once to be received");
        node.Star.Status.StatesReceived.Should().Be(1);
    }

    [Theory]
    [InlineData("PING")]
    [InlineData("NONSENSE")]
    public void A_flood_of_commands_from_the_peers_place_leaves_the_node_time_to_publish_and_takes_no_memory(string name)
    {
        using var node = new TestNode(Primary, ports).Started();
        using var rogue = new Rogue(ports.BackupState);
        byte[] flood = [.. Enumerable.Repeat(WireEnd.Command(name, 0, 0), 5_000).SelectMany(command => command)];
        using var end = new CancellationTokenSource();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var sender = new Thread(() =>
        {
            while (!end.IsCancellationRequested)
            {
                var to = rogue.TryNext()?.Send([.. WireEnd.Greeting(), .. WireEnd.Ready("PUB")]);
                while (to is not null && !end.IsCancellationRequested && to.TrySend(flood))
                {
                }
            }
        });
        sender.Start();

        var published = node.Star.Status.StatesPublished;
        Wait.Until(() => node.Star.Status.StatesPublished > published + 30, "thirty heartbeats");
        end.Cancel();
        sender.Join();
        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(50_000_000);
        Knows_nothing(node);
    }

    private static byte[] Altered(byte[] bytes, int at)
    {
        bytes[at] ^= 1;
        return bytes;
    }

    private static void Knows_nothing(TestNode node)
    {
        node.State.Should().Be(BinaryStarState.Primary);
        node.Star.Status.StatesReceived.Should().Be(0);
        node.Star.Status.GarbageReceived.Should().Be(0);
        node.Star.Completion.IsCompleted.Should().BeFalse();
    }

    /// <summary>Listens in the peer's place; has one connection at a time.</summary>
    private sealed class Rogue : IDisposable
    {
        private readonly TcpListener listener;
        private WireEnd? last;

        public Rogue(int port)
        {
            listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }

        public WireEnd Next()
        {
            WireEnd? next = null;
            Wait.Until(() => (next = TryNext()) is not null, "the node to connect");
            return next!;
        }

        public WireEnd? TryNext()
        {
            if (!listener.Pending()) return null;
            last?.Dispose();
            return last = new WireEnd(listener.AcceptSocket());
        }

        public void Dispose()
        {
            last?.Dispose();
            listener.Dispose();
        }
    }
}
