using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using NetMQ.HighAvailability.Tests.Hosting;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.HighAvailability.Wire;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>With keys, whoever cannot prove the right one is not served, told, or believed: in any version, by any detour.</summary>
public sealed class WireKeysTests : IDisposable
{
    private readonly Keys keys = new();
    private readonly NetMQCertificate voterKeys = new();
    private readonly ConcurrentQueue<string> handled = new();
    private readonly List<TestNode> nodes = [];
    private PairPorts ports = PairPorts.New();

    /// <summary>All that whoever has no keys may try in order to be served or told.</summary>
    public static TheoryData<string, byte[]> Plain => new()
    {
        { "ZMTP 1.0", [1, 0, .. WireEnd.Request([], [1])] },
        { "ZMTP 1.0, a subscription", [1, 0, 2, 0, 1] },
        { "ZMTP 2.0, a client", [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 1, 5, 0, 0, .. WireEnd.Request([], [1])] },
        { "ZMTP 2.0, a subscriber", [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 1, 2, 0, 0, .. WireEnd.Frame([1])] },
        { "NULL, a client", [.. WireEnd.Greeting(), .. WireEnd.Ready("DEALER"), .. WireEnd.Request([], [1])] },
        { "NULL, a subscriber", [.. WireEnd.Greeting(), .. WireEnd.Ready("SUB"), .. WireEnd.Command("SUBSCRIBE")] },
        { "CURVE, and a READY without keys", [.. WireEnd.Greeting("CURVE"), .. WireEnd.Ready("DEALER"), .. WireEnd.Request([], [1])] },
        { "CURVE, and no handshake", [.. WireEnd.Greeting("CURVE"), .. WireEnd.Request([], [1]), .. WireEnd.Frame([1])] },
    };

    [Theory]
    [MemberData(nameof(Plain))]
    public void Whoever_has_no_keys_is_neither_served_nor_told_anything(string what, byte[] bytes)
    {
        var node = Active();
        foreach (var port in new[] { ports.PrimaryVoter, ports.PrimaryState })
        {
            using var stranger = WireEnd.To(port).Send(bytes);
            var told = 0;
            while (stranger.ReadBytes(1) is not null) told++;
            told.Should().BeLessThanOrEqualTo(64, "a greeting is all that is sent in the clear ({0})", what);
        }

        handled.Should().BeEmpty();
        node.Star.Status.VotesAccepted.Should().Be(0);
    }

    [Fact]
    public void Whoever_has_the_wrong_keys_is_neither_served_nor_told_anything()
    {
        Active();

        WireKeyed.TryConnect(ports.PrimaryVoter, SocketKind.Dealer, CurveKeyPair.New(), CurveKeyPair.New().PublicKey).Should().BeNull("the voter's key is unknown to it");
        WireKeyed.TryConnect(ports.PrimaryState, SocketKind.Sub, Of(Backup), CurveKeyPair.New().PublicKey).Should().BeNull("the node's key is unknown to it");
        WireKeyed.TryConnect(ports.PrimaryState, SocketKind.Sub, CurveKeyPair.New(), keys.Of(Primary).PublicKey).Should().BeNull("it is not the peer");

        using var peer = WireKeyed.TryConnect(ports.PrimaryState, SocketKind.Sub, Of(Backup), keys.Of(Primary).PublicKey)!;
        peer.Subscribe();
        peer.Read().Should().Equal((byte)'3');
        using var client = WireKeyed.Client(ports.PrimaryVoter, voterKeys.PublicKey);
        client.Ask("mine").Should().BeTrue();
    }

    [Fact]
    public void A_recording_of_a_whole_session_gets_nobody_anything()
    {
        Active();
        var asClient = new WireKeyed.Between();
        var asPeer = new WireKeyed.Between();
        using var client = WireKeyed.TryConnect(ports.PrimaryVoter, SocketKind.Dealer, CurveKeyPair.New(), voterKeys.PublicKey, asClient)!;
        client.Ask("mine").Should().BeTrue();
        using var peer = WireKeyed.TryConnect(ports.PrimaryState, SocketKind.Sub, Of(Backup), keys.Of(Primary).PublicKey, asPeer)!;
        peer.Subscribe();
        peer.Read().Should().NotBeNull();
        var welcome = 64 + 170; // the server's greeting, and a WELCOME with its header

        foreach (var (port, recording) in new[] { (ports.PrimaryVoter, asClient), (ports.PrimaryState, asPeer), (ports.PrimaryVoter, asPeer), (ports.PrimaryState, asClient) })
        {
            using var replay = WireEnd.To(port).Send(recording.Recorded);
            var told = 0;
            while (replay.ReadBytes(1) is not null) told++;
            told.Should().BeLessThanOrEqualTo(welcome);
        }

        handled.Should().Equal("mine");
        client.Ask("mine").Should().BeTrue();
    }

    [Fact]
    public void Whichever_byte_is_altered_on_its_way_the_voter_is_given_and_the_client_believes_nothing_else_than_what_was_sent()
    {
        var node = Active();
        var whole = new WireKeyed.Between();
        Session(whole).Should().Be("mine");

        // Every fifth, beginning elsewhere in each run; those that tell lengths leave one side to wait for the rest.
        var first = Random.Shared.Next(5);
        var served = 0;
        for (var i = first; i < whole.Recorded.Length; i += 5) served += Check(Session(new WireKeyed.Between { AlterSent = i }), i);
        for (var i = first; i < whole.Received; i += 5) served += Check(Session(new WireKeyed.Between { AlterReceived = i }), i);

        // Some of a greeting's bytes, and a HELLO's, mean nothing.
        served.Should().BeLessThan((whole.Recorded.Length + whole.Received) / 5 / 2);
        handled.Should().OnlyContain(text => text == "mine");
        node.State.Should().Be(BinaryStarState.Active);
    }

    public void Dispose() => nodes.ForEach(node => node.Dispose());

    [Fact]
    public void A_rogue_with_the_wrong_keys_in_the_peers_place_is_not_believed()
    {
        using var listener = new TcpListener(IPAddress.Loopback, ports.BackupState);
        listener.Start();
        using var node = new TestNode(Primary, ports, Secure).Started();

        for (var i = 0; i < 5; i++) WireKeyed.TryAccept(listener.AcceptSocket(), SocketKind.Pub, CurveKeyPair.New()).Should().BeNull();

        node.Star.Status.StatesReceived.Should().Be(0);
        using var peer = WireKeyed.TryAccept(listener.AcceptSocket(), SocketKind.Pub, Of(Backup))!;
        peer.Send("4"u8.ToArray());
        Wait.Until(() => node.Star.Status.StatesReceived == 1, "the peer to be believed");
    }

    private static int Check(string? answer, int at)
    {
        if (answer is null) return 0;
        answer.Should().Be("mine", "byte {0} was altered", at);
        return 1;
    }

    private CurveKeyPair Of(BinaryStarRole role) => new(keys.Of(role).SecretKey!, keys.Of(role).PublicKey);

    // The answer that the client believes, if any.
    private string? Session(WireKeyed.Between between)
    {
        using var client = WireKeyed.TryConnect(ports.PrimaryVoter, SocketKind.Dealer, CurveKeyPair.New(), voterKeys.PublicKey, between);
        if (client is null) return null;
        client.Send([], "mine"u8.ToArray());
        return client.Read() is [] && client.Read() is { } body ? System.Text.Encoding.ASCII.GetString(body) : null;
    }

    /// <summary>The primary of a pair with keys.</summary>
    private TestNode Active()
    {
        var (primary, backup) = TestNode.StartedPair(Secure, socket =>
        {
            var message = socket.ReceiveMultipartMessage();
            handled.Enqueue(message.Last.ConvertToString());
            socket.SendMultipartMessage(message);
        });
        nodes.AddRange([primary, backup]);
        ports = primary.Ports;
        return primary;
    }

    private void Secure(BinaryStarOptions options)
    {
        TestNode.Calm(options);
        keys.Secure(options);
        options.VoterCertificate = voterKeys;
    }
}
