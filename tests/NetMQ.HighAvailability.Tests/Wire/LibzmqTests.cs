using System.Globalization;
using System.Net;
using System.Net.Sockets;
using NetMQ.HighAvailability.Fuzz.Wire;
using NetMQ.HighAvailability.Tests.Interop;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.HighAvailability.Wire;
using Processes;

namespace NetMQ.HighAvailability.Tests.Wire;

/// <summary>Our connection with a real libzmq at its other end, in both roles, with CURVE and without.</summary>
public sealed class LibzmqTests : IDisposable
{
    private static readonly int[] Sizes = [0, 1, 255, 256, 70_000];

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CurveKeyPair serverKeys = CurveKeyPair.New();
    private readonly CurveKeyPair clientKeys = CurveKeyPair.New();

    public LibzmqTests() => OriginalNode.SkipWithoutLibzmq();

    public static TheoryData<bool> Securities => [false, true];

    public void Dispose() => listener.Dispose();

    [Theory]
    [MemberData(nameof(Securities))]
    public void Our_dealer_speaks_with_its_router(bool curve)
    {
        using var peer = Bound("ROUTER", curve, out var port);
        using var pump = WirePump.Connected(port, OurClient(SocketKind.Dealer, curve, "me"));
        pump.Until(() => pump.End.Wire.IsReady);
        pump.End.Wire.Peer.Kind.Should().Be(SocketKind.Router);

        ExchangeMessages(pump, peer);
    }

    [Theory]
    [InlineData(false, "DEALER")]
    [InlineData(true, "DEALER")]
    [InlineData(false, "REQ")]
    [InlineData(true, "REQ")]
    [InlineData(false, "ROUTER")]
    public void Our_router_speaks_with_its_clients(bool curve, string type)
    {
        using var peer = Connected(type, curve, "--identity", "them");
        if (type != "ROUTER") peer.Write("send 3");
        using var pump = WirePump.Accepted(listener, OurServer(SocketKind.Router, curve));
        pump.Until(() => pump.End.Wire.IsReady);
        pump.End.Wire.Peer.Kind.ToString().Should().BeEquivalentTo(type);
        pump.End.Wire.Peer.Identity.Should().Equal("them"u8.ToArray());
        if (curve) pump.End.Wire.PeerKey.Should().Equal(clientKeys.PublicKey);
        if (type == "ROUTER") return;

        pump.Until(() => pump.End.Taken is [.., { More: false }]);
        pump.End.Frames.Last().Should().Equal(Body(3));
        if (type == "DEALER") ExchangeMessages(pump, peer);
        else pump.End.Frames.Should().HaveCount(2, "a REQ puts an empty frame before its request");
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void Our_subscriber_receives_of_its_publisher(bool curve)
    {
        using var peer = Bound("XPUB", curve, out var port);
        using var pump = WirePump.Connected(port, OurClient(SocketKind.Sub, curve));
        pump.Until(() => pump.End.Wire.IsReady);
        pump.End.Wire.WriteSubscription([]);
        pump.End.Wire.WriteSubscription("topic"u8);
        pump.Flush();
        peer.Write("subscriptions 2");
        Wait.Until(() => peer.Lines.Contains("done subscriptions"), "the subscriptions to arrive");
        peer.Lines.Should().Contain(["subscription 01", "subscription 01746f706963"]);

        foreach (var size in Sizes) peer.Write($"send {size}");
        pump.Until(() => pump.End.Taken.Count == Sizes.Length);

        pump.End.Frames.Zip(Sizes).Should().OnlyContain(both => both.First.SequenceEqual(Body(both.Second)));
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void Our_publisher_sends_to_its_subscriber(bool curve)
    {
        using var peer = Connected("SUB", curve);
        peer.Write("sub");
        using var pump = WirePump.Accepted(listener, OurServer(SocketKind.Pub, curve));
        pump.Until(() => pump.End.Taken.Count > 0);
        pump.End.Taken.Should().ContainSingle().Which.Should().Match<Taken>(taken => taken.Item == WireItem.Subscribe && taken.Body.Length == 0);

        foreach (var size in Sizes) pump.End.Wire.WriteFrame(Body(size), more: false);
        peer.Write($"receive {Sizes.Length}");
        pump.Flush();
        Wait.Until(() => peer.Lines.Contains("done receive"), "the messages to arrive");
        peer.Lines.Should().Contain(Sizes.Select(size => $"{size} ok"));

        peer.Write("unsub");
        pump.Until(() => pump.End.Taken.Count == 2);
        pump.End.Taken[1].Item.Should().Be(WireItem.Cancel);
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void Its_pings_are_answered(bool curve)
    {
        using var peer = Bound("ROUTER", curve, out var port, "--heartbeat", "20");
        using var pump = WirePump.Connected(port, OurClient(SocketKind.Dealer, curve));
        pump.Until(() => pump.End.Wire.IsReady);
        pump.End.Wire.PeerHasCommands.Should().BeTrue();
        var items = pump.End.Items;

        pump.Until(() => pump.End.Items >= items + 10);

        ExchangeMessages(pump, peer);
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void Its_ping_may_come_between_the_frames_of_a_message(bool curve)
    {
        using var peer = Connected("DEALER", curve, "--heartbeat", "50");
        using var pump = WirePump.Accepted(listener, OurServer(SocketKind.Router, curve, new WireLimits(1 << 28, 64)));
        pump.Until(() => pump.End.Wire.IsReady);

        // More than fits on the way, so that its time comes while the message is being sent.
        peer.Write("send " + string.Join(' ', Enumerable.Repeat(2_000_000, 12)));
        Wait.Until(() => peer.Lines.Contains("done send"), "the message to be sent");
        Thread.Sleep(200);
        pump.Until(() => pump.End.Taken.Count > 0);
        var (items, frames) = (pump.End.Items, pump.End.Taken.Count);
        pump.Until(() => pump.End.Taken is [.., { More: false }]);

        pump.End.Fault.Should().Be(WireFault.None);
        pump.End.Frames.Should().HaveCount(12).And.OnlyContain(body => body.Length == 2_000_000);
        (pump.End.Items - items).Should().BeGreaterThan(12 - frames, "a PING came in between");
    }

    [Fact]
    public void Its_client_with_another_servers_key_is_refused_and_ours_refuses_another_server()
    {
        var others = CurveKeyPair.New();
        using var peer = SampleProcess.Start([.. Command("DEALER", "connect", Listen()), .. ClientKeys(others.PublicKey)]);
        using var pump = WirePump.Accepted(listener, OurServer(SocketKind.Router, curve: true));
        pump.Until(() => pump.End.Wire.IsReady);
        pump.End.Fault.Should().Be(WireFault.WrongKey);

        using var server = Bound("ROUTER", curve: true, out var port);
        using var client = WirePump.Connected(port, WireEnd.CurveClient(SocketKind.Dealer, clientKeys, others.PublicKey));
        client.End.Receive([]);
        client.Flush();
        client.End.Wire.IsReady.Should().BeFalse();
        client.Invoking(it => it.Until(() => false)).Should().Throw<Exception>("libzmq closes the connection");
    }

    [Fact]
    public void Its_client_that_is_not_in_the_list_is_refused()
    {
        using var peer = Connected("DEALER", curve: true);
        using var pump = WirePump.Accepted(listener, WireEnd.CurveServer(SocketKind.Router, serverKeys, _ => false));

        pump.Until(() => pump.End.Wire.IsReady);

        pump.End.Fault.Should().Be(WireFault.KeyNotAllowed);
    }

    // Of each size, and one of all; there and back.
    private static void ExchangeMessages(WirePump pump, SampleProcess peer)
    {
        int[][] messages = [.. Sizes.Select(size => new[] { size }), Sizes, [70_000, 0, 0]];
        var frames = pump.End.Taken.Count;
        foreach (var message in messages)
        {
            for (var i = 0; i < message.Length; i++) pump.End.Wire.WriteFrame(Body(message[i]), more: i < message.Length - 1);
        }

        peer.Write($"receive {messages.Length}");
        pump.Flush();
        Wait.Until(() => peer.Lines.Contains("done receive"), "the messages to arrive");
        peer.Lines.Where(line => line.EndsWith("ok", StringComparison.Ordinal) || line.EndsWith("BAD", StringComparison.Ordinal))
            .Should().Equal(messages.Select(message => string.Join(' ', message) + " ok"));

        foreach (var message in messages) peer.Write("send " + string.Join(' ', message));
        var expected = messages.SelectMany(message => message.Select((size, i) => (size, more: i < message.Length - 1))).ToArray();
        pump.Until(() => pump.End.Taken.Count == frames + expected.Length);
        pump.End.Fault.Should().Be(WireFault.None);
        foreach (var (taken, (size, more)) in pump.End.Taken.Skip(frames).Zip(expected))
        {
            taken.Body.Should().Equal(Body(size));
            taken.More.Should().Be(more);
        }
    }

    private static byte[] Body(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)((i * 7) + size))];

    private static string[] Command(string type, string how, string endpoint) =>
        ["/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "Wire", "wire_peer.py"), type, how, endpoint];

    private WireEnd OurClient(SocketKind kind, bool curve, string identity = "") => curve
        ? WireEnd.CurveClient(kind, clientKeys, serverKeys.PublicKey, System.Text.Encoding.ASCII.GetBytes(identity))
        : WireEnd.Null(kind, System.Text.Encoding.ASCII.GetBytes(identity));

    private WireEnd OurServer(SocketKind kind, bool curve, WireLimits? limits = null) =>
        curve ? WireEnd.CurveServer(kind, serverKeys, limits: limits) : WireEnd.Null(kind, limits: limits);

    private SampleProcess Bound(string type, bool curve, out int port, params string[] options)
    {
        string[] keys = curve ? ["--server-public=" + Convert.ToHexString(serverKeys.PublicKey), "--server-secret=" + Convert.ToHexString(serverKeys.SecretKey)] : [];
        var peer = SampleProcess.Start([.. Command(type, "bind", "tcp://127.0.0.1"), .. keys, .. options]);
        Wait.Until(() => peer.Lines.Count > 0, $"the peer to be bound; it says: {string.Join(" | ", peer.Errors)}");
        port = int.Parse(peer.Lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        return peer;
    }

    private SampleProcess Connected(string type, bool curve, params string[] options) =>
        SampleProcess.Start([.. Command(type, "connect", Listen()), .. curve ? ClientKeys(serverKeys.PublicKey) : [], .. options]);

    private string[] ClientKeys(byte[] server) =>
        ["--server-public=" + Convert.ToHexString(server), "--client-public=" + Convert.ToHexString(clientKeys.PublicKey), "--client-secret=" + Convert.ToHexString(clientKeys.SecretKey)];

    private string Listen()
    {
        listener.Start();
        return $"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }
}
