using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using NetMQ.HighAvailability.Clients;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.HighAvailability.Wire;
using static NetMQ.HighAvailability.Tests.Clients.RogueServer;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>When a client's connection to a server is made anew: the server was silent for too long, and the lookup of its name is slow.</summary>
public sealed class ServerLinkTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_slow_lookup_does_not_end_a_connection_that_was_made_meanwhile()
    {
        using var server = new RogueServer((socket, number) =>
        {
            Greet(socket);
            if (number > 0) ReadToEnd(socket);
        });
        using var link = new Link(server.Port);
        link.Answer(IPAddress.Loopback);
        link.WaitForConnection(1);
        link.Tested.Dial();
        link.WaitForConnection(2);

        link.Answer(IPAddress.Parse("127.0.0.2"));
        for (var i = 0; i < 10; i++) link.Turn();

        (link.Ups, link.Downs).Should().Be((2, 1), "nobody is at the address that was found too late");
    }

    [Fact]
    public void A_connection_that_was_written_off_is_made_anew_although_something_comes_on_it_after_all()
    {
        using var speaks = new SemaphoreSlim(0);
        using var server = new RogueServer((socket, number) =>
        {
            Greet(socket);
            if (number == 0 && speaks.Wait(Limit)) socket.Send([0, 0]);
            ReadToEnd(socket);
        });
        using var link = new Link(server.Port);
        link.Answer(IPAddress.Loopback);
        link.WaitForConnection(1);
        link.Tested.Dial();
        speaks.Release();
        Wait.Until(() => link.Turn() > 0, "the message");

        link.Answer(IPAddress.Loopback);

        link.WaitForConnection(2);
    }

    /// <summary>A link whose lookups a test answers, and whose turns it takes.</summary>
    private sealed class Link : IDisposable
    {
        private readonly ConcurrentQueue<TaskCompletionSource<IPAddress[]>> lookups = new();
        private readonly BlockingCollection<Action> results = [];
        private readonly NetMQPoller poller = [];

        public Link(int port)
        {
            var endpoint = new TcpEndpoint("server.example", port);
            var metadata = Metadata.Write(SocketKind.Dealer, []);
            var resolver = new HostResolver(endpoint, LookUp, results.Add);
            Tested = new ServerLink(
                endpoint, resolver, () => new NullMechanism(metadata), new WireLimits(1000, 10), TimeSpan.FromSeconds(5), new Clock(TimeProvider.System), NullLogger.Instance);
            Tested.Attach(poller, () => { }, () => { }, isUp => _ = isUp ? Ups++ : Downs++);
        }

        public ServerLink Tested { get; }

        public int Ups { get; private set; }

        public int Downs { get; private set; }

        public void Answer(IPAddress address)
        {
            lookups.TryDequeue(out var lookup).Should().BeTrue();
            lookup!.SetResult([address]);
            results.Take()();
        }

        public void WaitForConnection(int number) => Wait.Until(
            () =>
            {
                Turn();
                return Ups == number;
            },
            $"connection {number}");

        /// <returns>How many messages it took.</returns>
        public int Turn()
        {
            var messages = 0;
            while (Tested.TryRead(out _)) messages++;
            Tested.OnTurn();
            return messages;
        }

        public void Dispose()
        {
            Tested.Dispose();
            poller.Dispose();
        }

        private Task<IPAddress[]> LookUp(string host)
        {
            lookups.Enqueue(new TaskCompletionSource<IPAddress[]>());
            return lookups.Last().Task;
        }
    }
}
