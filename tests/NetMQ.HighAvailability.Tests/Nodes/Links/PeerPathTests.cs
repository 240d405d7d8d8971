using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Nodes.Links;
using NetMQ.HighAvailability.Tests.Clients;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.HighAvailability.Wire;
using static NetMQ.HighAvailability.Tests.Clients.RogueServer;

namespace NetMQ.HighAvailability.Tests.Nodes.Links;

/// <summary>When the connection to a peer is made anew.</summary>
public sealed class PeerPathTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly byte[] Active = [0, 1, (byte)'3'];

    [Fact]
    public void A_slow_lookup_does_not_end_a_connection_on_which_the_peer_is_received_again()
    {
        using var speaks = new SemaphoreSlim(0);
        using var server = new RogueServer((socket, _) =>
        {
            Publish(socket);
            speaks.Wait(Limit);
            socket.Send(Active);
            ReadToEnd(socket);
        });
        var lookups = new ConcurrentQueue<TaskCompletionSource<IPAddress[]>>();
        var results = new BlockingCollection<Action>();
        var clock = new Clock(TimeProvider.System);
        var lost = 0;
        var settings = new PathSettings(new WireLimits(256, 128), TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), results.Add, LookUp, Keys: null, HasArbiter: false);
        using var path = new PeerPath(new TcpEndpoint("peer.example", server.Port), settings, clock, NullLogger.Instance) { OnDisconnected = () => lost++ };
        path.Dial(clock.Now);
        Answer(IPAddress.Loopback);
        speaks.Release();
        WaitForMessage();

        path.Dial(clock.Now); // as for a peer that was silent for too long; here it is received before the lookup returns
        speaks.Release();
        WaitForMessage();
        Answer(IPAddress.Parse("127.0.0.2"));

        speaks.Release();
        WaitForMessage();
        (server.Accepted, lost).Should().Be((1, 0));

        void Publish(Socket socket)
        {
            Greet(socket, "PUB");
            for (var i = 0; i < 2; i++)
            {
                speaks.Wait(Limit);
                socket.Send(Active);
            }
        }

        Task<IPAddress[]> LookUp(string host)
        {
            lookups.Enqueue(new TaskCompletionSource<IPAddress[]>());
            return lookups.Last().Task;
        }

        void Answer(IPAddress address)
        {
            lookups.TryDequeue(out var lookup).Should().BeTrue();
            lookup!.SetResult([address]);
            results.Take()();
        }

        void WaitForMessage() => Wait.Until(
            () =>
            {
                var found = path.TryReceive(clock.Now, out _, out _, out _, out _);
                if (found == Inbox.Message) path.Received(clock.Now);
                path.EndTurn(clock.Now);
                return found == Inbox.Message;
            },
            "a message");
    }
}
