using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using NetMQ.HighAvailability.Tests.Clients;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.Tests.Clients.RogueServer;

namespace NetMQ.HighAvailability.Tests;

/// <summary>How a monitor finds the node whose state it receives, and finds it again.</summary>
public sealed class StateSubscriberTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void A_node_at_the_second_of_its_addresses_is_found_as_soon_as_the_first_refuses()
    {
        using var node = new RogueServer(Publish);
        using var subscriber = SubscriberTo(node, IPAddress.Parse("127.0.0.2"), IPAddress.Loopback);

        WaitForState(subscriber);
    }

    [Fact]
    public void A_connection_on_which_nothing_comes_any_longer_is_made_anew()
    {
        using var node = new RogueServer(Publish);
        using var subscriber = SubscriberTo(node, IPAddress.Loopback);
        WaitForState(subscriber);

        time.Advance(TimeSpan.FromSeconds(10));
        subscriber.TryReceive(out _).Should().BeFalse();
        node.Accepted.Should().Be(1);
        time.Advance(TimeSpan.FromSeconds(1));

        WaitForState(subscriber);
        node.Accepted.Should().Be(2);
    }

    [Fact]
    public void What_came_while_nobody_asked_is_received_however_long_that_was()
    {
        using var speaks = new SemaphoreSlim(0);
        using var node = new RogueServer((socket, number) => Publish(socket, [0, 1, (byte)'3'], speaks));
        using var subscriber = new StateSubscriber(node.Endpoint, null, null, _ => throw new InvalidOperationException("an address needs no lookup"), time);
        WaitForState(subscriber);
        speaks.Release();
        Wait.Until(() => speaks.CurrentCount == 0, "the second state to be sent");

        time.Advance(TimeSpan.FromMinutes(1));

        WaitForState(subscriber);
        node.Accepted.Should().Be(1);
    }

    private static void Publish(Socket socket, byte[] state, SemaphoreSlim speaks)
    {
        Greet(socket, "PUB");
        socket.Send(state);
        if (!speaks.Wait(TimeSpan.FromSeconds(60))) return;
        socket.Send(state);
        ReadToEnd(socket);
    }

    private static void Publish(Socket socket, int number)
    {
        Greet(socket, "PUB");
        socket.Send([0, 1, (byte)'3']);
        ReadToEnd(socket);
    }

    private static void WaitForState(StateSubscriber subscriber)
    {
        var state = default(BinaryStarState);
        Wait.Until(() => subscriber.TryReceive(out state), "the state");
        state.Should().Be(BinaryStarState.Active);
    }

    private StateSubscriber SubscriberTo(RogueServer node, params IPAddress[] addresses) =>
        new($"tcp://node.example:{node.Port}", nodeKey: null, own: null, _ => Task.FromResult(addresses), time);
}
