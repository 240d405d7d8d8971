using System.Net;
using System.Net.Sockets;
using NetMQ.HighAvailability.Fuzz.Wire;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.HighAvailability.Wire;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Tests.Wire;

/// <summary>Our connection with one of NetMQ's own sockets at its other end.</summary>
public sealed class NetMQTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly int[] Sizes = [0, 1, 255, 256, 70_000];

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CurveKeyPair serverKeys = CurveKeyPair.New();
    private readonly CurveKeyPair clientKeys = CurveKeyPair.New();

    public static TheoryData<bool> Securities => [false, true];

    public void Dispose() => listener.Dispose();

    [Theory]
    [MemberData(nameof(Securities))]
    public void Our_dealer_speaks_with_its_router(bool curve)
    {
        using var router = new RouterSocket();
        using var pump = WirePump.Connected(Bind(router, curve), OurClient(SocketKind.Dealer, curve));
        pump.Until(() => pump.End.Wire.IsReady);
        WriteAll(pump.End);
        pump.Flush();

        NetMQMessage message = new();
        router.TryReceiveMultipartMessage(Limit, ref message!).Should().BeTrue();
        message.Skip(1).Select(frame => frame.BufferSize).Should().Equal(Sizes);
        router.SendMultipartMessage(message);
        pump.Until(() => pump.End.Taken.Count == Sizes.Length);

        IsAll(pump.End.Frames);
        pump.End.Taken[^1].More.Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void Our_router_speaks_with_its_dealer(bool curve)
    {
        using var dealer = new DealerSocket();
        dealer.Options.Identity = [.. "them"u8];
        Connect(dealer, curve);
        dealer.SendMultipartBytes(Sizes.Select(Body).ToArray());
        using var pump = WirePump.Accepted(listener, OurServer(SocketKind.Router, curve));
        pump.Until(() => pump.End.Taken.Count == Sizes.Length);
        IsAll(pump.End.Frames);
        pump.End.Wire.Peer.Identity.Should().Equal("them"u8.ToArray());

        WriteAll(pump.End);
        pump.Flush();

        List<byte[]> frames = [];
        dealer.TryReceiveMultipartBytes(Limit, ref frames!, Sizes.Length).Should().BeTrue();
        IsAll(frames);
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void Our_subscriber_receives_of_its_publisher(bool curve)
    {
        using var publisher = new XPublisherSocket();
        using var pump = WirePump.Connected(Bind(publisher, curve), OurClient(SocketKind.Sub, curve));
        pump.Until(() => pump.End.Wire.IsReady);
        pump.End.Wire.WriteSubscription([]);
        pump.Flush();
        publisher.TryReceiveFrameBytes(Limit, out var subscription).Should().BeTrue();
        subscription.Should().Equal(1);

        foreach (var size in Sizes) publisher.SendFrame(Body(size));
        pump.Until(() => pump.End.Taken.Count == Sizes.Length);

        IsAll(pump.End.Frames);
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void Our_publisher_sends_to_its_subscriber(bool curve)
    {
        using var subscriber = new SubscriberSocket();
        subscriber.SubscribeToAnyTopic();
        Connect(subscriber, curve);
        using var pump = WirePump.Accepted(listener, OurServer(SocketKind.Pub, curve));
        pump.Until(() => pump.End.Taken.Count > 0);
        pump.End.Taken[0].Item.Should().Be(WireItem.Subscribe);

        WriteAll(pump.End);
        pump.Flush();

        List<byte[]> frames = [];
        subscriber.TryReceiveMultipartBytes(Limit, ref frames!, Sizes.Length).Should().BeTrue();
        IsAll(frames);
    }

    private static void WriteAll(WireEnd end)
    {
        for (var i = 0; i < Sizes.Length; i++) end.Wire.WriteFrame(Body(Sizes[i]), more: i < Sizes.Length - 1);
    }

    private static void IsAll(IEnumerable<byte[]> frames) =>
        frames.Zip(Sizes).Should().HaveCount(Sizes.Length).And.OnlyContain(both => both.First.SequenceEqual(Body(both.Second)));

    private static byte[] Body(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)((i * 7) + size))];

    private static NetMQCertificate CertificateOf(CurveKeyPair keys) => new(keys.SecretKey, keys.PublicKey);

    private WireEnd OurClient(SocketKind kind, bool curve) => curve ? WireEnd.CurveClient(kind, clientKeys, serverKeys.PublicKey) : WireEnd.Null(kind);

    private WireEnd OurServer(SocketKind kind, bool curve) => curve ? WireEnd.CurveServer(kind, serverKeys) : WireEnd.Null(kind);

    private int Bind(NetMQSocket socket, bool curve)
    {
        if (curve)
        {
            socket.Options.CurveServer = true;
            socket.Options.CurveCertificate = CertificateOf(serverKeys);
        }

        var port = Ports.Free();
        socket.Bind($"tcp://127.0.0.1:{port}");
        return port;
    }

    private void Connect(NetMQSocket socket, bool curve)
    {
        if (curve)
        {
            socket.Options.CurveServerKey = serverKeys.PublicKey;
            socket.Options.CurveCertificate = CertificateOf(clientKeys);
        }

        listener.Start();
        socket.Connect($"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }
}
