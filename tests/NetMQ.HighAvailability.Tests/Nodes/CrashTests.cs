using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NetMQ.HighAvailability.Nodes;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

public sealed class CrashTests
{
    [Fact]
    public void A_crashed_peers_place_is_taken_by_the_next_request_long_before_the_failover_timeout()
    {
        static void Configure(BinaryStarOptions options)
        {
            options.HeartbeatInterval = TimeSpan.FromSeconds(4);
            options.FailoverTimeout = TimeSpan.FromMinutes(2);
            options.DetectCrash = true;
            options.HandlerFaults = HandlerFaultPolicy.EndNode;
        }

        var ports = PairPorts.New();
        using var primary = new TestNode(Primary, ports, Configure, _ => throw new InvalidOperationException("crashes")).Started();
        using var backup = new TestNode(Backup, ports, Configure).Started();
        primary.WaitFor(BinaryStarState.Active);
        backup.WaitFor(BinaryStarState.Passive);
        using var toPrimary = Client.Of(primary);
        using var toBackup = Client.Of(backup);

        toPrimary.Ask();
        toBackup.AskUntilAnswered();

        backup.Changes.Last().Reason.Should().Be(BinaryStarChangeReason.PeerCrashed);
        backup.Star.Status.PeerAlive.Should().BeFalse("its last message is more recent than the failover timeout, but it is dead");
        Wait.Until(() => backup.HasLogged(201), "the crash to be logged");
    }

    [Fact]
    public void A_request_that_comes_before_the_evidence_waits_for_it()
    {
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.PrimaryState);
        using var road = new Road(to: ports.PrimaryState);
        using var node = new TestNode(Backup, ports, options =>
        {
            TestNode.Calm(options);
            options.FailoverTimeout = TimeSpan.FromMinutes(1);
            options.RemoteEndpoints = [$"tcp://127.0.0.1:{road.Port}"];
            options.DetectCrash = true;
            options.TimeProvider = new LongTimers();
        }).Started();
        using var client = Client.Of(node);
        var running = Stopwatch.StartNew();
        peer.Subscribed().PublishUntil("3", () => running.Elapsed > TimeSpan.FromSeconds(1) && node.State == BinaryStarState.Passive, "the node to be passive and settled");
        client.Ask().Should().BeFalse();
        Wait.Until(() => node.Star.Status.VotesRejected > 0, "the request to be rejected");
        var rejected = node.Star.Status.VotesRejected;

        road.CutConnections();
        Wait.Until(() => road.Attempts > 20, "the node to look for evidence");
        client.Ask().Should().BeFalse("the peer still listens");
        road.Close();

        client.Socket.TryReceiveFrameString(TimeSpan.FromSeconds(20), out _).Should().BeTrue();
        node.Star.Status.VotesRejected.Should().Be(rejected);
        node.Changes.Last().Reason.Should().Be(BinaryStarChangeReason.PeerCrashed);
    }

    [Fact]
    public void Requests_wait_for_the_first_look_alone()
    {
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.PrimaryState);
        using var road = new Road(to: ports.PrimaryState);
        using var node = new TestNode(Backup, ports, options =>
        {
            options.HeartbeatInterval = TimeSpan.FromMilliseconds(200);
            options.FailoverTimeout = TimeSpan.FromMinutes(2);
            options.RemoteEndpoints = [$"tcp://127.0.0.1:{road.Port}"];
            options.DetectCrash = true;
        }).Started();
        using var client = Client.Of(node);
        peer.Subscribed().PublishUntil("3", () => node.State == BinaryStarState.Passive, "the node to be passive");

        road.CutConnections();
        Wait.Until(() => road.Attempts > 0, "the node to look for evidence");
        var rejected = node.Star.Status.VotesRejected;

        Wait.Until(() => !client.Ask() && node.Star.Status.VotesRejected > rejected, "a request to be rejected, long before the failover timeout");
        road.Attempts.Should().BeGreaterThan(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_warm_up_ends_with_a_takeover(bool arbiter) => WarmUp.TakeOver(arbiter).Should().BeTrue();

    /// <summary>Real time, but whoever looks for evidence of a crash has minutes for it.</summary>
    private sealed class LongTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime < TimeSpan.FromMilliseconds(100) ? dueTime : dueTime * 300, period);
    }

    /// <summary>What lies between a node and its peer's state endpoint.</summary>
    private sealed class Road : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly List<TcpClient> connections = [];
        private volatile bool cut;
        private volatile int attempts;

        public Road(int to)
        {
            listener.Start();
            _ = ForwardAsync(to);
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        /// <summary>Connections since the cut.</summary>
        public int Attempts => attempts;

        /// <summary>Drops every connection, and forwards nothing that comes after; but listens on.</summary>
        public void CutConnections()
        {
            cut = true;
            lock (connections) connections.ForEach(connection => connection.Dispose());
        }

        public void Close() => listener.Dispose();

        public void Dispose()
        {
            Close();
            CutConnections();
        }

        private async Task ForwardAsync(int port)
        {
            try
            {
                while (true)
                {
                    var near = await listener.AcceptTcpClientAsync();
                    lock (connections) connections.Add(near);
                    if (cut)
                    {
                        attempts++;
                        continue;
                    }

                    var far = new TcpClient();
                    lock (connections) connections.Add(far);
                    await far.ConnectAsync(IPAddress.Loopback, port);
                    _ = near.GetStream().CopyToAsync(far.GetStream());
                    _ = far.GetStream().CopyToAsync(near.GetStream());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // closed
            }
        }
    }
}
