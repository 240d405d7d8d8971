using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Connections;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.HighAvailability.Wire;
using static NetMQ.HighAvailability.Tests.Clients.RogueServer;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>How a client connects, and how it sends what a server does not take at once.</summary>
public sealed class ClientConnectionTests
{
    private const int MiB = 1024 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_server_that_does_not_read_is_sent_so_much_and_no_more()
    {
        using var over = new ManualResetEventSlim();
        using var server = new RogueServer((socket, _) =>
        {
            AnswerOnce(socket);
            over.Wait(Limit);
        });
        await using var client = new TestClient([server.Endpoint], options => options.RequestTimeout = TimeSpan.FromSeconds(3));
        await client.Ask();

        var asked = Enumerable.Range(0, 100).Select(_ => client.Client.RequestAsync(new byte[MiB])).ToList();
        var sent = 0;
        foreach (var one in asked)
        {
            var awaiting = () => one;
            if ((await awaiting.Should().ThrowAsync<RequestTimeoutException>()).Which.MayHaveBeenExecuted) sent++;
        }

        over.Set();
        sent.Should().BeInRange(16, 50, "16 MiB wait here, and some in the system's own buffers");
    }

    [Fact]
    public async Task What_had_to_wait_is_sent_when_the_server_reads_again()
    {
        using var reads = new ManualResetEventSlim();
        using var server = new RogueServer((socket, _) =>
        {
            AnswerOnce(socket);
            reads.Wait(Limit);
            Echo(socket);
        });
        await using var client = new TestClient([server.Endpoint], TestClient.Patient);
        await client.Ask();

        var asked = Enumerable.Range(0, 64).Select(_ => client.Client.RequestAsync(new byte[MiB])).ToList();
        Wait.Until(() => client.Status.Outstanding == asked.Count, "all to be taken");
        reads.Set();

        foreach (var one in asked) (await one).Should().HaveCount(MiB);
        server.Accepted.Should().Be(1);
    }

    [Fact]
    public async Task A_request_larger_than_what_may_wait_is_sent_all_the_same()
    {
        using var server = new RogueServer((socket, _) =>
        {
            AnswerOnce(socket);
            Echo(socket);
        });
        await using var client = new TestClient([server.Endpoint], options =>
        {
            TestClient.Patient(options);
            options.MaxRequestBytes = options.MaxReplyBytes = 64 * MiB;
        });
        var request = new byte[40 * MiB];
        Random.Shared.NextBytes(request);

        var reply = await client.Client.RequestAsync(request);

        reply.AsSpan().SequenceEqual(request).Should().BeTrue();
    }

    [Fact]
    public void A_client_whose_thread_pool_is_blocked_is_answered()
    {
        using var server = new RogueServer((socket, number) =>
        {
            AnswerOnce(socket);
            if (number > 0) Echo(socket); // it has gone once
        });
        using var client = new BinaryStarClient(new BinaryStarClientOptions { Servers = [server.Endpoint] });
        ThreadPool.GetMinThreads(out var least, out _);
        ThreadPool.GetMaxThreads(out var most, out var ports);
        using var released = new ManualResetEventSlim();
        using var blocked = new CountdownEvent(2 * least);
        var ran = false;
        try
        {
            ThreadPool.SetMaxThreads(least, ports).Should().BeTrue();
            for (var i = 0; i < 2 * least; i++) ThreadPool.UnsafeQueueUserWorkItem(_ => Block(), null);
            ThreadPool.UnsafeQueueUserWorkItem(_ => Volatile.Write(ref ran, true), null);

            for (byte i = 0; i < 100; i++) Ask(client, i).Should().Equal(i);

            Volatile.Read(ref ran).Should().BeFalse("the pool was blocked all the time");
            server.Accepted.Should().Be(2);
        }
        finally
        {
            ThreadPool.SetMaxThreads(most, ports);
            released.Set();
            blocked.Wait();
        }

        void Block()
        {
            released.Wait();
            blocked.Signal();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_is_found_at_the_one_of_its_addresses_where_it_is_of_whatever_family(bool isIPv6)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "no IPv6 here");
        var (here, elsewhere) = isIPv6 ? (IPAddress.IPv6Loopback, IPAddress.Loopback) : (IPAddress.Loopback, IPAddress.IPv6Loopback);
        using var server = new RogueServer(Serve, here); // one client at a time
        // Nobody else may listen at the other address meanwhile: a client would stay with whoever takes its connection.
        using var reserved = new Socket(elsewhere.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(elsewhere, server.Port));
        foreach (var addresses in new IPAddress[][] { [IPAddress.Loopback, IPAddress.IPv6Loopback], [IPAddress.IPv6Loopback, IPAddress.Loopback] })
        {
            await using var client = new TestClient([$"tcp://server.example:{server.Port}"], options => options.LookUp = _ => Task.FromResult(addresses));
            await client.Ask();
        }
    }

    [Fact]
    public async Task A_request_whose_reply_has_arrived_does_not_time_out_however_long_the_client_stood_still()
    {
        const int Requests = 2000;
        var time = new FakeTimeProvider();
        using var replies = new ManualResetEventSlim();
        using var replied = new ManualResetEventSlim();
        using var server = new RogueServer((socket, _) =>
        {
            AnswerOnce(socket);
            var read = Enumerable.Range(0, Requests).Select(_ => ReadMessage(socket)).ToList();
            replies.Wait(Limit);
            socket.Send([.. read.SelectMany(message => message)]); // fits into what the systems hold
            replied.Set();
            ReadToEnd(socket);
        });
        using var standsStill = new ManualResetEventSlim();
        using var goesOn = new ManualResetEventSlim(true);
        await using var client = new TestClient([server.Endpoint, "tcp://absent.example:1"], options =>
        {
            TestClient.Patient(options);
            (options.TimeProvider, options.MaxOutstanding) = (time, Requests);
            options.LookUp = _ =>
            {
                if (!goesOn.IsSet) standsStill.Set();
                goesOn.Wait(Limit); // on the client's thread
                throw new SocketException((int)SocketError.HostNotFound);
            };
        });
        await client.Ask();
        var asked = Enumerable.Range(0, Requests).Select(i => client.Ask(i.ToString(CultureInfo.InvariantCulture))).ToList();
        Wait.Until(() => client.Status.Outstanding == Requests, "all to be taken");

        goesOn.Reset();
        time.Advance(TimeSpan.FromSeconds(3)); // so that the name is looked up again
        standsStill.Wait(Limit).Should().BeTrue();
        replies.Set();
        replied.Wait(Limit).Should().BeTrue();
        time.Advance(TimeSpan.FromSeconds(60));
        goesOn.Set();

        (await Task.WhenAll(asked)).Should().HaveCount(Requests);
    }

    [Fact]
    public async Task A_server_may_be_given_by_an_IPv6_address()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "no IPv6 here");
        using var server = new RogueServer(Serve, IPAddress.IPv6Loopback);
        await using var client = new TestClient([$"tcp://[::1]:{server.Port}"]);
        await client.Ask();
    }

    [Fact]
    public async Task A_request_that_the_servers_do_not_take_is_refused_and_harms_no_other()
    {
        using var server = new RogueServer(Serve);
        await using var client = new TestClient([server.Endpoint], options => options.MaxRequestBytes = 2048);
        const int most = 2048 - RequestId.Bytes;

        await client.Client.Awaiting(one => one.RequestAsync(new byte[most + 1])).Should().ThrowAsync<ArgumentException>().WithMessage("*2049 bytes*MaxRequestBytes, 2048*");
        await client.Client.Awaiting(one => one.RequestMultipartAsync([new byte[most], new byte[1]])).Should().ThrowAsync<ArgumentException>().WithMessage("*MaxRequestBytes*");
        await client.Client.Awaiting(one => one.RequestMultipartAsync(new ReadOnlyMemory<byte>[1023])).Should().ThrowAsync<ArgumentException>().WithMessage("*1022 frames*");

        (await client.Client.RequestAsync(new byte[most])).Should().HaveCount(most);
        (await client.Client.RequestMultipartAsync(new ReadOnlyMemory<byte>[1022])).Should().HaveCount(1022);
    }

    [Fact]
    public void Attempts_become_rarer_to_a_limit_until_one_succeeds()
    {
        var time = new FakeTimeProvider();
        var clock = new Clock(time);
        var (ready, lost) = (0, 0);
        using var dialler = new Dialler(
            SocketKind.Dealer, () => new NullMechanism(Metadata.Write(SocketKind.Dealer, [])), new WireLimits(1000, 10), Ms(10), Ms(5000), clock, Ms(50))
        {
            OnReady = _ => ready++,
            OnLost = (_, _) => lost++,
        };
        var port = Ports.Free();

        dialler.Connect(new IPEndPoint(IPAddress.Loopback, port));
        foreach (var wait in new[] { 10, 20, 40, 50, 50 })
        {
            WaitUntilLost();
            (dialler.Due - clock.Now).Should().Be(Ms(wait));
            time.Advance(Ms(wait));
            dialler.Look(clock.Now);
        }

        WaitUntilLost();
        using (new RogueServer((socket, _) => Greet(socket), port: port))
        {
            time.Advance(Ms(50));
            dialler.Look(clock.Now);
            WaitUntilLost();
        }

        ready.Should().Be(1);
        time.Advance(Ms(50));
        dialler.Look(clock.Now);
        WaitUntilLost();
        (dialler.Due - clock.Now).Should().Be(Ms(10));

        void WaitUntilLost()
        {
            var before = lost;
            Wait.Until(() => !dialler.TryRead(out _) && lost > before, "the attempt to fail");
        }
    }

    // As a caller does that blocks its thread.
    private static byte[] Ask(BinaryStarClient client, byte request)
    {
        var asked = client.RequestAsync(new[] { request });
        if (!asked.Wait(Limit)) throw new TimeoutException("There was no answer.");
        return asked.Result;
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static void Serve(Socket socket, int number)
    {
        Greet(socket);
        Echo(socket);
    }

    private static void AnswerOnce(Socket socket)
    {
        Greet(socket);
        socket.Send(ReadMessage(socket));
    }
}
