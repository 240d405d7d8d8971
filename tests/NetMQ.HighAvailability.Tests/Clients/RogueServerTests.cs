using System.Collections.Concurrent;
using System.Net.Sockets;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.Tests.Clients.RogueServer;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>What is in a server's place and sends what it likes: that costs it the connection, and the client nothing else.</summary>
public sealed class RogueServerTests
{
    private const int Bad = 3; // so many connections are misused, one after the other
    private const int Endless = 64 * 1024 * 1024;

    private static readonly Dictionary<string, byte[]> BeforeTheHandshake = new()
    {
        ["no ZMTP"] = "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(),
        ["ZMTP 2.0"] = [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 1, 6, 0, 0],
        ["another mechanism"] = Greeting("PLAIN"),
        ["a property with a length of -1"] = [.. NullGreeting, .. Command("READY", Property("X", -1, ""))],
        ["a property longer than its command"] = [.. NullGreeting, .. Command("READY", Property("X", 1000, "x"))],
        ["a property without a name"] = [.. NullGreeting, .. Command("READY", 0)],
        ["an empty command"] = [.. NullGreeting, 4, 0],
        ["a command whose name is longer than it"] = [.. NullGreeting, 4, 2, 9, (byte)'R'],
        ["a frame in place of READY"] = [.. NullGreeting, 0, 1, 1],
        ["a command of 2^63 bytes"] = [.. NullGreeting, 6, 0x80, 0, 0, 0, 0, 0, 0, 0],
        ["a command of 1 MiB"] = [.. NullGreeting, 6, 0, 0, 0, 0, 0, 0x10, 0, 0],
        ["flags that do not exist"] = [.. NullGreeting, 0xF8, 0],
        ["a socket type that does not fit"] = [.. NullGreeting, .. Command("READY", Property("Socket-Type", "PUB"))],
        ["an ERROR"] = [.. NullGreeting, .. Command("ERROR", 2, (byte)'n', (byte)'o')],
    };

    private static readonly Dictionary<string, byte[]> AfterIt = new()
    {
        ["an empty command"] = [4, 0],
        ["a command whose name is longer than it"] = [4, 2, 9, (byte)'P'],
        ["a PING without its time"] = Command("PING", 0),
        ["a PING with too much context"] = Command("PING", new byte[2 + 17]),
        ["a subscription"] = Command("SUBSCRIBE", (byte)'x'),
        ["an ERROR"] = Command("ERROR", 2, (byte)'n', (byte)'o'),
        ["a command with more to follow"] = [5, 6, 4, .. "PING"u8, 0],
        ["flags that do not exist"] = [0x18, 1, 1],
        ["a frame of 2^63 bytes"] = [2, 0x80, 0, 0, 0, 0, 0, 0, 0],
        ["a frame of a little too much"] = [2, 0, 0, 0, 0, 0, 0, 0x13, 0xA1],
    };

    public static TheoryData<string> NamesBeforeTheHandshake => new(BeforeTheHandshake.Keys);

    public static TheoryData<string> NamesAfterIt => new(AfterIt.Keys);

    [Theory]
    [MemberData(nameof(NamesBeforeTheHandshake))]
    public Task Bytes_that_are_no_handshake_cost_a_connection(string what) => IsCutOffAndServedLater(socket =>
    {
        socket.Send(BeforeTheHandshake[what]);
        ReadToEnd(socket);
    });

    [Theory]
    [MemberData(nameof(NamesAfterIt))]
    public Task Bytes_that_are_no_traffic_cost_a_connection(string what) => IsCutOffAndServedLater(socket =>
    {
        Greet(socket);
        socket.Send(AfterIt[what]);
        ReadToEnd(socket);
    });

    [Fact]
    public Task A_message_without_an_end_costs_a_connection_and_no_memory()
    {
        byte[] frames = [.. Enumerable.Range(0, 256).SelectMany(_ => new byte[] { 1, 254 }.Concat(new byte[254]))];
        return IsCutOffAndServedLater(socket =>
        {
            Greet(socket);
            SendWithoutEnd(socket, frames);
        });
    }

    [Fact]
    public Task Empty_frames_without_an_end_cost_a_connection()
    {
        byte[] frames = [.. Enumerable.Repeat(new byte[] { 1, 0 }, 20_000).SelectMany(frame => frame)];
        return IsCutOffAndServedLater(socket =>
        {
            Greet(socket);
            SendWithoutEnd(socket, frames);
        });
    }

    [Fact]
    public Task Questions_whose_answers_are_not_read_cost_a_connection()
    {
        byte[] pings = [.. Enumerable.Repeat(Command("PING", 0, 0), 1000).SelectMany(ping => ping)];
        return IsCutOffAndServedLater(socket =>
        {
            Greet(socket);
            SendWithoutEnd(socket, pings);
        });
    }

    [Fact]
    public async Task A_connection_over_which_no_handshake_comes_is_given_up_for_the_other_server()
    {
        using var silent = new RogueServer((socket, _) => ReadToEnd(socket));
        using var sane = new RogueServer((socket, _) =>
        {
            Greet(socket);
            Echo(socket);
        });
        await using var client = new TestClient([silent.Endpoint, sane.Endpoint]);
        await client.Ask();
        client.Client.CurrentServer.Should().Be(sane.Endpoint);
    }

    [Fact]
    public async Task A_server_that_sends_without_a_pause_keeps_nobody_from_the_other()
    {
        byte[] commands = [.. Enumerable.Repeat(Command("UNHEARDOF"), 10_000).SelectMany(command => command)];
        using var flooding = new RogueServer((socket, _) =>
        {
            Greet(socket);
            while (true) socket.Send(commands);
        });
        using var sane = new RogueServer((socket, _) =>
        {
            Greet(socket);
            Echo(socket);
        });
        await using var client = new TestClient([flooding.Endpoint, sane.Endpoint]);
        await client.Ask();
        client.Client.CurrentServer.Should().Be(sane.Endpoint);
    }

    [Fact]
    public async Task A_message_for_every_topic_is_dropped_and_counted_and_the_client_is_served()
    {
        const int messages = 20_000;
        using var server = new RogueServer((socket, _) =>
        {
            Greet(socket);
            for (var i = 0; i < messages; i++) socket.Send([0, 3, 1, (byte)i, (byte)(i >> 8)]);
            Echo(socket);
        });
        await using var client = new TestClient([server.Endpoint]);

        await client.Ask();

        client.Status.GarbageReplies.Should().Be(messages);
        client.LogCount(513).Should().Be(0);
    }

    [Fact]
    public async Task A_PING_is_answered_and_a_command_that_is_not_known_is_not()
    {
        var answers = new ConcurrentQueue<byte[]>();
        using var server = new RogueServer((socket, _) =>
        {
            Greet(socket);
            socket.Send([.. Command("UNHEARDOF", 1, 2, 3), .. Command("PING", 0, 0, 7, 8, 9)]);
            answers.Enqueue(ReadFrame(socket));
            Echo(socket);
        });
        await using var client = new TestClient([server.Endpoint]);
        Wait.Until(() => !answers.IsEmpty, "the answer");

        await client.Ask();

        answers.Should().ContainSingle().Which.Should().Equal(Command("PONG", 7, 8, 9));
    }

    [Fact]
    public async Task Replies_that_come_byte_by_byte_are_whole_in_the_end()
    {
        using var server = new RogueServer((socket, _) =>
        {
            Dribble(socket, [.. NullGreeting, .. Ready]);
            ReadExactly(socket, 64);
            ReadFrame(socket);
            while (true) Dribble(socket, ReadMessage(socket));
        });
        await using var client = new TestClient([server.Endpoint], TestClient.Patient);
        ReadOnlyMemory<byte>[] frames = ["one"u8.ToArray(), ReadOnlyMemory<byte>.Empty, "three"u8.ToArray()];

        var reply = await client.Client.RequestMultipartAsync(frames);

        reply.Should().HaveCount(3);
        for (var i = 0; i < frames.Length; i++) reply[i].Should().Equal(frames[i].ToArray());
        server.Accepted.Should().Be(1);
    }

    // Misuses some connections and then behaves: the client is served at last.
    private static async Task IsCutOffAndServedLater(Action<Socket> misuse)
    {
        var cutOff = 0;
        using var server = new RogueServer((socket, number) =>
        {
            if (number >= Bad)
            {
                Greet(socket);
                Echo(socket);
                return;
            }

            misuse(socket);
            Interlocked.Increment(ref cutOff);
        });
        await using var client = new TestClient([server.Endpoint], options => options.MaxReplyBytes = 1000);

        await client.Ask();

        Volatile.Read(ref cutOff).Should().Be(Bad);
        client.LogCount(513).Should().BeInRange(1, Bad - 1, "it is logged, but not every time");
        await client.Ask();
        server.Accepted.Should().Be(Bad + 1);
    }

    // Returns when it is cut off, which a client that takes everything never does.
    private static void SendWithoutEnd(Socket socket, byte[] chunk)
    {
        try
        {
            for (var sent = 0; sent < Endless; sent += chunk.Length) socket.Send(chunk);
        }
        catch (SocketException)
        {
            return;
        }

        throw new InvalidOperationException("it was not cut off");
    }

    private static void Dribble(Socket socket, byte[] bytes)
    {
        foreach (var one in bytes)
        {
            socket.Send([one]);
            Thread.Sleep(1);
        }
    }
}
