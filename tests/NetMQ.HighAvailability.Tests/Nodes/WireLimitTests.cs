using System.Net;
using System.Net.Sockets;
using NetMQ.HighAvailability.Connections;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Every limit of a listening port, from both sides.</summary>
public sealed class WireLimitTests
{
    private const int HandshakeTimeout = 341;
    private const int Refused = 342;
    private const int OutOfRoom = 344;
    private const int GaveUpHandshake = 347;
    private const int SlowReader = 348;

    [Fact]
    public void As_many_connections_as_allowed_are_served_one_more_is_refused_and_served_once_another_has_ended()
    {
        using var port = new WirePort(settings => settings with { MaxConnections = 3 });
        using var first = WireEnd.Client(port.Number);
        using var second = WireEnd.Client(port.Number);
        using var third = WireEnd.Client(port.Number);
        third.Ask("3").Should().BeTrue();

        using (var refused = WireEnd.To(port.Number)) refused.IsClosed().Should().BeTrue();
        Wait.Until(() => port.LogCount(Refused) == 1, "the refusal to be logged"); // after the socket is closed
        first.Ask("1").Should().BeTrue();

        second.Dispose();
        Wait.Until(() => port.Connections == 2, "the end to be noticed");
        using var fourth = WireEnd.Client(port.Number);
        fourth.Ask("4").Should().BeTrue();
    }

    [Fact]
    public void At_the_limit_the_eldest_connection_without_a_handshake_makes_room_for_a_newcomer()
    {
        using var port = new WirePort(settings => settings with { MaxConnections = 4 });
        using var served = WireEnd.Client(port.Number);
        using var eldest = WireEnd.To(port.Number).Send(0xFF);
        Wait.Until(() => port.Connections == 2, "the eldest to be accepted");
        using var other = WireEnd.To(port.Number).Send(0xFF);
        using var another = WireEnd.To(port.Number).Send(0xFF);
        Wait.Until(() => port.Connections == 4, "the others to be accepted");

        using var newcomer = WireEnd.Client(port.Number);

        newcomer.Ask("new").Should().BeTrue();
        eldest.IsClosed().Should().BeTrue();
        served.Ask("old").Should().BeTrue("its handshake is complete");
        port.Connections.Should().Be(4);
        port.LogCount(GaveUpHandshake).Should().Be(1);
        port.LogCount(Refused).Should().Be(0);
    }

    [Fact]
    public void A_crowd_that_never_finishes_its_handshakes_locks_nobody_out()
    {
        using var port = new WirePort(settings => settings with { MaxConnections = 20 });
        using var end = new CancellationTokenSource();
        var crowd = new Thread(() =>
        {
            var held = new Queue<WireEnd>();
            while (!end.IsCancellationRequested)
            {
                held.Enqueue(WireEnd.To(port.Number).Send(0xFF));
                if (held.Count > 100) held.Dequeue().Dispose();
            }

            foreach (var each in held) each.Dispose();
        });
        crowd.Start();

        // Whoever is slow may have to try again; whoever is served stays.
        WireEnd? client = null;
        Wait.Until(() => TryClient(port.Number, out client), "a newcomer to be served");
        for (var i = 0; i < 200; i++) client!.Ask("still there?").Should().BeTrue();
        end.Cancel();
        crowd.Join();
        client!.Dispose();
    }

    [Fact]
    public void A_handshake_may_take_five_seconds_and_no_more()
    {
        using var port = new WirePort();
        using var served = WireEnd.Client(port.Number);
        using var silent = WireEnd.To(port.Number);
        using var half = WireEnd.To(port.Number).Send(WireEnd.Greeting());
        half.ReadBytes(64).Should().NotBeNull();
        Wait.Until(() => port.Connections == 3, "all to be accepted");

        port.Pass(TimeSpan.FromSeconds(4.9));
        port.Connections.Should().Be(3);

        port.Pass(TimeSpan.FromSeconds(0.1));
        port.Connections.Should().Be(1);
        silent.IsClosed().Should().BeTrue();
        half.IsClosed().Should().BeTrue();
        served.Ask("still there?").Should().BeTrue();
        port.LogCount(HandshakeTimeout).Should().Be(1, "the log is rate-limited");
    }

    [Theory]
    [InlineData(new[] { 1000 }, true)]
    [InlineData(new[] { 1001 }, false)]
    [InlineData(new[] { 999, 1 }, true)]
    [InlineData(new[] { 999, 2 }, false)]
    public void A_message_may_have_so_many_bytes_and_no_more(int[] frames, bool served)
    {
        using var port = new WirePort(settings => settings with { Limits = new WireLimits(1000, 1024) });
        using var client = WireEnd.Client(port.Number);

        client.Send(WireEnd.Request([.. frames.Select(bytes => new byte[bytes])]));

        (client.ReadMessage() is not null).Should().Be(served);
    }

    [Theory]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public void A_message_may_have_so_many_frames_and_no_more(int frames, bool served)
    {
        using var port = new WirePort();
        using var client = WireEnd.Client(port.Number);

        client.Send(WireEnd.Request([.. Enumerable.Repeat(Array.Empty<byte>(), frames)]));

        client.ReadMessage()?.Length.Should().Be(frames);
        client.Ask("still there?").Should().Be(served);
    }

    [Fact]
    public void Unfinished_messages_hold_so_much_memory_in_all_and_no_more_also_if_each_is_small()
    {
        const int most = 4 << 20;
        using var port = new WirePort(settings => settings with { MaxHeldInAll = most });
        using var honest = WireEnd.Client(port.Number);
        var crowd = new List<WireEnd>();
        for (var i = 0; i < 100; i++)
        {
            crowd.Add(WireEnd.Client(port.Number).Send([.. WireEnd.Announced(65_000), .. new byte[60_000]]));
            honest.Ask("still there?").Should().BeTrue();
        }

        Wait.Until(() => port.Connections <= 65, "some of the crowd to be cut off");
        port.Held.Should().BeLessThanOrEqualTo(most);
        port.LogCount(OutOfRoom).Should().Be(1, "the log is rate-limited");
        honest.Ask("still there?").Should().BeTrue();
        crowd.ForEach(each => each.Dispose());
    }

    [Fact]
    public void A_connection_on_which_nothing_was_found_holds_no_memory()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = WireEnd.To(((IPEndPoint)listener.LocalEndpoint).Port);
        var accepted = Listener.Prepare(listener.AcceptSocket());
        using var connection = new Connection(accepted, new WireConnection(SocketKind.Router, new NullMechanism([]), new WireLimits(1000, 10)), static _ => { });

        connection.Receive(out _).Should().BeFalse();

        connection.HeldBytes.Should().Be(0);
    }

    [Fact]
    public void Clients_that_never_read_take_no_room_from_those_that_do()
    {
        using var port = new WirePort(settings => settings with { MaxUnsent = 8 << 20, MaxUnsentInAll = 16 << 20 });
        using var honest = WireEnd.Client(port.Number);
        var crowd = Enumerable.Range(0, 6).Select(_ => WireEnd.Client(port.Number)).ToList();
        var request = WireEnd.Request(new byte[60_000]);
        foreach (var each in crowd)
        {
            // Until some 6 MiB wait to be sent to it, beside what the system holds.
            each.Socket.Blocking = false;
            for (var sent = 0; sent < 200 && TrySend(each, request); sent++) honest.Ask("still there?").Should().BeTrue();
        }

        honest.Ask("still there?").Should().BeTrue();
        port.LogCount(SlowReader).Should().BeLessThanOrEqualTo(1, "the log is rate-limited");
        crowd.ForEach(each => each.Dispose());
    }

    [Fact]
    public void What_was_unsent_to_connections_that_were_cut_off_counts_no_longer()
    {
        using var port = new WirePort(settings => settings with { MaxUnsent = 1 << 20, MaxUnsentInAll = (1 << 20) + (1 << 19) });
        using var honest = WireEnd.Client(port.Number);
        var request = WireEnd.Request(new byte[60_000]);
        for (var i = 0; i < 40; i++)
        {
            using var slow = WireEnd.Client(port.Number);
            for (var sent = 0; sent < 1000 && port.Connections > 1; sent++) slow.Send(request);
            port.Connections.Should().Be(1, "who asks and takes no answer is cut off");
        }

        honest.Ask("still there?").Should().BeTrue();
    }

    [Fact]
    public void A_flood_of_bytes_that_are_no_message_leaves_the_loop_time_for_other_things()
    {
        using var port = new WirePort();
        var crowd = Enumerable.Range(0, 4).Select(_ => WireEnd.Client(port.Number)).ToList();
        using var end = new CancellationTokenSource();
        byte[] nothing = [.. Enumerable.Repeat(WireEnd.Command([1, 65, 0]), 50_000).SelectMany(command => command)];
        var threads = crowd.Select(each => new Thread(() =>
        {
            while (!end.IsCancellationRequested) each.Send(nothing);
        })).ToList();
        threads.ForEach(thread => thread.Start());

        for (var i = 0; i < 100; i++) port.Connections.Should().Be(4);
        end.Cancel();
        crowd.ForEach(each => each.Dispose());
        threads.ForEach(thread => thread.Join());
    }

    private static bool TryClient(int port, out WireEnd? client)
    {
        client = null;
        try
        {
            client = WireEnd.Client(port);
            return client.Ask("new");
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool TrySend(WireEnd to, byte[] bytes)
    {
        to.Socket.Send(bytes, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock) Thread.Sleep(1);
        return error is SocketError.Success or SocketError.WouldBlock;
    }
}
