using NetMQ.HighAvailability.Fuzz.Wire;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Wire;

/// <summary>Subscriptions, as a command (ZMTP 3.1) and as a message (3.0), sealed or not.</summary>
public sealed class SubscriptionTests
{
    private static readonly WireLimits Limits = new(1 + WireLimits.MaxTopicBytes, 1);

    public static TheoryData<bool> Securities => [false, true];

    [Theory]
    [MemberData(nameof(Securities))]
    public void By_command_and_by_message_a_topic_is_subscribed_to_and_cancelled(bool curve)
    {
        foreach (var topic in new[] { "", "a", new string('t', WireLimits.MaxTopicBytes) })
        {
            var bytes = System.Text.Encoding.ASCII.GetBytes(topic);
            using var pair = NewPair(curve);

            pair.Server.Receive(
                [.. pair.Command("SUBSCRIBE", bytes), .. pair.Command("CANCEL", bytes), .. pair.Frame([1, .. bytes]), .. pair.Frame([0, .. bytes])]);

            pair.Server.Taken.Select(taken => taken.Item).Should().Equal(WireItem.Subscribe, WireItem.Cancel, WireItem.Subscribe, WireItem.Cancel);
            pair.Server.Taken.Should().OnlyContain(taken => taken.Body.SequenceEqual(bytes));
        }
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void A_topic_has_at_most_256_bytes(bool curve)
    {
        var topic = new byte[WireLimits.MaxTopicBytes + 1];
        foreach (var how in new Func<ReadyPair, byte[]>[]
            { pair => pair.Command("SUBSCRIBE", topic), pair => pair.Command("CANCEL", topic), pair => pair.Frame([1, .. topic]), pair => pair.Frame([0, .. topic]) })
        {
            using var pair = NewPair(curve);
            pair.Server.Receive(how(pair)).Fault.Should().Be(WireFault.TooLarge);
            using var wider = new ReadyPair(curve, SocketKind.Pub, SocketKind.Sub, new WireLimits(1000, 1));
            wider.Server.Receive(how(wider)).Fault.Should().Be(WireFault.TooLarge);
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Ours_subscribes_in_the_way_that_its_peer_knows(bool curve, bool peerHasCommands)
    {
        var keys = CurveKeyPair.New();
        using var publisher = curve ? WireEnd.CurveServer(SocketKind.Pub, keys) : WireEnd.Null(SocketKind.Pub);
        using var subscriber = curve ? WireEnd.CurveClient(SocketKind.Sub, CurveKeyPair.New(), keys.PublicKey) : WireEnd.Null(SocketKind.Sub);
        var greeting = publisher.Send();
        if (!peerHasCommands) greeting[11] = 0;
        subscriber.Receive(greeting);
        WireEnd.Exchange(subscriber, publisher);

        subscriber.Wire.PeerHasCommands.Should().Be(peerHasCommands);
        subscriber.Wire.WriteSubscription([]);
        subscriber.Wire.WriteSubscription("topic"u8);
        subscriber.Wire.WriteSubscription(new byte[WireLimits.MaxTopicBytes]);
        var sent = subscriber.Send();
        publisher.Receive(sent);

        if (!curve) sent[0].Should().Be(peerHasCommands ? (byte)4 : (byte)0);
        publisher.Taken.Should().OnlyContain(taken => taken.Item == WireItem.Subscribe);
        publisher.Taken.Select(taken => taken.Body.Length).Should().Equal(0, 5, WireLimits.MaxTopicBytes);
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void Whatever_else_a_subscriber_sends_is_passed_over(bool curve)
    {
        using var pair = new ReadyPair(curve, SocketKind.Pub, SocketKind.Sub, new WireLimits(1000, 8));

        pair.Server.Receive([.. pair.Frame([]), .. pair.Frame([2, 1]), .. pair.Frame(new byte[999].Select(_ => (byte)9).ToArray())]);
        pair.Server.Receive([.. pair.Frame([1], more: true), .. pair.Frame([1, 2]), .. pair.Frame([7], more: true), .. pair.Frame([0])]);

        pair.Server.Fault.Should().Be(WireFault.None);
        pair.Server.Taken.Should().BeEmpty("a subscription is a message of one frame");
        pair.Server.Receive(pair.Frame([1])).Taken.Should().ContainSingle();
    }

    [Theory]
    [MemberData(nameof(Securities))]
    public void A_publishers_message_reaches_the_subscriber(bool curve)
    {
        using var pair = NewPair(curve);

        pair.Server.Wire.WriteFrame("3"u8, more: false);
        WireEnd.Exchange(pair.Server, pair.Client);

        pair.Client.Frames.Should().ContainSingle().Which.Should().Equal((byte)'3');
    }

    private static ReadyPair NewPair(bool curve) => new(curve, SocketKind.Pub, SocketKind.Sub, Limits);
}
