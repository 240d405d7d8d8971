using System.Net;
using System.Net.Sockets;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.Sockets;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>CURVE on the state link and on the voter: who has no key changes nothing.</summary>
public sealed class SecurityTests
{
    private readonly Keys keys = new();
    private readonly PairPorts ports = PairPorts.New();

    [Fact]
    public async Task A_secured_pair_serves_and_hands_over_like_any_other()
    {
        var (primary, backup) = TestNode.StartedPair(keys.Secure);
        using var one = primary;
        using var other = backup;
        using var toPrimary = Client.Of(primary);
        toPrimary.AskUntilAnswered();

        (await primary.Star.HandOverAsync()).Should().Be(HandOverOutcome.Completed);

        backup.WaitFor(BinaryStarState.Active);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Messages_of_a_plain_or_wrong_key_rogue_in_the_peers_place_are_not_received(bool withKeys)
    {
        using var rogue = new XPublisherSocket();
        if (withKeys)
        {
            rogue.Options.CurveServer = true;
            rogue.Options.CurveCertificate = new NetMQCertificate();
        }

        rogue.Bind($"tcp://127.0.0.1:{ports.BackupState}");
        using var node = new TestNode(Primary, ports, keys.Secure).Started();

        Wait.Until(
            () =>
            {
                rogue.SendFrame("2"); // would make the primary active
                rogue.SendFrame("nonsense");
                Thread.Sleep(20);
                return node.Star.Status.StatesPublished > 20;
            },
            "twenty heartbeats");

        node.Star.Status.StatesReceived.Should().Be(0);
        node.Star.Status.GarbageReceived.Should().Be(0);
        node.State.Should().Be(BinaryStarState.Primary);
    }

    [Fact]
    public void A_secured_node_publishes_to_its_peer_alone()
    {
        using var node = new TestNode(Primary, ports, keys.Secure).Started();
        using var plain = new SubscriberSocket();
        using var mistaken = new SubscriberSocket();
        using var stranger = new SubscriberSocket();
        using var right = new SubscriberSocket();
        Listen(mistaken, new NetMQCertificate(), keys.Of(Backup));
        Listen(stranger, keys.Of(Primary), new NetMQCertificate());
        Listen(right, keys.Of(Primary), keys.Of(Backup));
        foreach (var socket in new[] { plain, mistaken, stranger, right })
        {
            socket.SubscribeToAnyTopic();
            socket.Connect($"tcp://127.0.0.1:{ports.PrimaryState}");
        }

        var received = 0;
        Wait.Until(() => right.TryReceiveFrameString(TimeSpan.FromMilliseconds(20), out _) && ++received == 10, "ten heartbeats");

        plain.TryReceiveFrameString(out _).Should().BeFalse();
        mistaken.TryReceiveFrameString(out _).Should().BeFalse();
        stranger.TryReceiveFrameString(out _).Should().BeFalse("it is not the peer, though it knows the node's public key");
    }

    [Fact]
    public void Recorded_messages_of_the_peer_are_not_accepted_when_a_rogue_replays_them()
    {
        var between = Ports.Free();
        using var replayer = new Replayer(between, ports.BackupState);
        using var primary = new TestNode(Primary, ports, options =>
        {
            keys.Secure(options);
            options.RemoteEndpoints = [$"tcp://127.0.0.1:{between}"];
        }).Started();
        using (new TestNode(Backup, ports, keys.Secure).Started())
        {
            primary.WaitFor(BinaryStarState.Active);
            Wait.Until(() => primary.Star.Status.PeerState == BinaryStarState.Passive, "the peer to be known as passive");
            replayer.Replay();
        }

        Wait.Until(() => !primary.Star.Status.PeerAlive, "the peer's end to be noticed");
        var received = primary.Star.Status.StatesReceived;
        Wait.Until(() => replayer.Replays >= 3, "the rogue to try three times");
        var published = primary.Star.Status.StatesPublished;
        Wait.Until(() => primary.Star.Status.StatesPublished > published + 5, "some heartbeats");
        primary.Star.Status.StatesReceived.Should().Be(received);
        primary.Star.Status.GarbageReceived.Should().Be(0);

        replayer.PassOn();
        using var backup = new TestNode(Backup, ports, keys.Secure).Started();
        Wait.Until(() => primary.Star.Status.PeerAlive, "the real peer to be alive again");
    }

    [Fact]
    public void Broken_handshakes_disturb_a_secured_pair_as_little_as_a_plain_one()
    {
        var (primary, backup) = TestNode.StartedPair(keys.Secure);
        using var one = primary;
        using var other = backup;
        byte[] greeting = [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0, .. "CURVE"u8, .. new byte[47]];
        byte[][] attempts =
        [
            [1, 2, 3], new byte[300], greeting, [.. greeting, 4, 200, 5, .. "HELLO"u8, .. new byte[194]],
            [.. greeting, 4, 6, 5, .. "HELLO"u8], [.. greeting, 4, 9, 8, .. "INITIATE"u8], [.. greeting, 0, 1, (byte)'3'],
        ];

        foreach (var attempt in attempts)
        {
            using var socket = new TcpClient();
            socket.Connect(IPAddress.Loopback, primary.Ports.PrimaryState);
            socket.Client.Send(attempt);
        }

        var before = backup.Star.Status.StatesReceived;
        Wait.Until(() => backup.Star.Status.StatesReceived > before + 10, "ten more heartbeats");
        backup.State.Should().Be(BinaryStarState.Passive);
    }

    [Fact]
    public void A_secured_voter_serves_who_knows_its_key_and_no_plain_client()
    {
        var voterKeys = new NetMQCertificate();
        using var node = new TestNode(Primary, ports, options => options.VoterCertificate = voterKeys).Started();
        using var plain = new DealerSocket();
        using var knowing = new DealerSocket();
        Listen(knowing, voterKeys, new NetMQCertificate());
        foreach (var socket in new[] { plain, knowing }) socket.Connect(ports.VoterEndpoint(Primary));

        Wait.Until(
            () =>
            {
                plain.TrySendFrame("plain");
                knowing.TrySendFrame("knowing");
                return knowing.TryReceiveFrameString(TimeSpan.FromMilliseconds(100), out _);
            },
            "an answer");
        plain.TryReceiveFrameString(TimeSpan.FromMilliseconds(100), out _).Should().BeFalse();
    }

    [Fact]
    public void Keys_that_cannot_work_are_refused_with_the_reason()
    {
        var own = new NetMQCertificate();
        var publicOnly = NetMQCertificate.FromPublicKey(new NetMQCertificate().PublicKey);

        Refused(options => options.Certificate = own).WithMessage("Certificate and PeerCertificate must be given together*");
        Refused(options => options.PeerCertificate = own).WithMessage("Certificate and PeerCertificate must be given together*");
        Refused(options => (options.Certificate, options.PeerCertificate) = (publicOnly, own)).WithMessage("Certificate must have its secret key*");
        Refused(options => (options.Certificate, options.PeerCertificate) = (own, own)).WithMessage("PeerCertificate must be the peer's*");
        Refused(options => options.VoterCertificate = publicOnly).WithMessage("VoterCertificate must have its secret key*");
    }

    private static FluentAssertions.Specialized.ExceptionAssertions<ArgumentException> Refused(Action<BinaryStarOptions> configure)
    {
        var options = new BinaryStarOptions { Role = Primary, LocalEndpoints = ["tcp://*:5003"], RemoteEndpoints = ["tcp://127.0.0.1:5004"] };
        configure(options);
        return options.Invoking(o => o.Validate()).Should().Throw<ArgumentException>();
    }

    private static void Listen(NetMQSocket socket, NetMQCertificate server, NetMQCertificate own)
    {
        socket.Options.CurveServerCertificate = NetMQCertificate.FromPublicKey(server.PublicKey);
        socket.Options.CurveCertificate = own;
    }
}
