using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using NetMQ.HighAvailability.Clients;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.HighAvailability.Wire;
using static NetMQ.HighAvailability.Tests.Clients.RogueServer;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>When a client's connection to a server is made anew.</summary>
public sealed class ServerLinkTests
{
    [Fact]
    public void A_slow_lookup_does_not_end_a_connection_that_was_made_meanwhile()
    {
        var lookups = new ConcurrentQueue<TaskCompletionSource<IPAddress[]>>();
        var results = new BlockingCollection<Action>();
        var (ups, downs) = (0, 0);
        using var server = new RogueServer((socket, number) =>
        {
            Greet(socket);
            if (number > 0) ReadToEnd(socket);
        });
        using var poller = new NetMQPoller();
        var resolver = new HostResolver(new TcpEndpoint("server.example", server.Port), LookUp, results.Add);
        var metadata = Metadata.Write(SocketKind.Dealer, []);
        using var link = new ServerLink(
            new TcpEndpoint("server.example", server.Port), resolver, () => new NullMechanism(metadata), new WireLimits(1000, 10), TimeSpan.FromSeconds(5), new Clock(TimeProvider.System), NullLogger.Instance);
        link.Attach(poller, () => { }, () => { }, isUp => _ = isUp ? ups++ : downs++);
        Answer(IPAddress.Loopback);
        WaitForConnection(1);
        link.Dial(); // as for a server that was silent for too long; here it returns before the lookup does
        WaitForConnection(2);

        Answer(IPAddress.Parse("127.0.0.2"));
        for (var i = 0; i < 10; i++) Turn();

        (ups, downs).Should().Be((2, 1), "nobody is at the address that was found too late");

        Task<IPAddress[]> LookUp(string host)
        {
            lookups.Enqueue(new TaskCompletionSource<IPAddress[]>());
            return lookups.Last().Task;
        }

        void Answer(IPAddress address)
        {
            lookups.Should().HaveCountGreaterThan(0);
            lookups.TryDequeue(out var lookup);
            lookup!.SetResult([address]);
            results.Take()();
        }

        void WaitForConnection(int number) => Wait.Until(
            () =>
            {
                Turn();
                return ups == number;
            },
            $"connection {number}");

        void Turn()
        {
            while (link.TryRead(out _))
            {
            }

            link.OnTurn();
        }
    }
}
