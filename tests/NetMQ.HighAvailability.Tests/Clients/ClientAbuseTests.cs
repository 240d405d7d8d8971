using System.Net;
using System.Net.Sockets;
using System.Text;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>Servers that misbehave, and servers of another make.</summary>
public sealed class ClientAbuseTests
{
    [Fact]
    public async Task What_is_no_reply_to_this_client_is_dropped_counted_and_logged_once()
    {
        using var server = new RawServer(Ports.Free(), (request, send) =>
        {
            var identity = request[0];
            var id = request[1].ToByteArray();
            byte[] nextId = [.. id[..11], (byte)(id[11] + 1), .. id[12..]], wrongNonce = [.. id[..19], (byte)(id[19] + 1)], otherClients = [.. id.Select(b => (byte)~b)];
            send(new NetMQMessage([identity, NetMQFrame.Empty]));
            send(new NetMQMessage([identity, new NetMQFrame("junk")]));
            send(new NetMQMessage([identity, request[1]]));
            send(new NetMQMessage([identity, request[1], NetMQFrame.Empty]));
            send(new NetMQMessage([identity, request[1], new NetMQFrame("full"), new NetMQFrame("forged")]));
            send(new NetMQMessage([identity, new NetMQFrame(nextId), NetMQFrame.Empty, new NetMQFrame("forged")]));
            send(new NetMQMessage([identity, new NetMQFrame(wrongNonce), NetMQFrame.Empty, new NetMQFrame("forged")]));
            send(new NetMQMessage([identity, new NetMQFrame(otherClients), NetMQFrame.Empty, new NetMQFrame("forged")]));
            send(new NetMQMessage([identity, new NetMQFrame(id[..15]), NetMQFrame.Empty, new NetMQFrame("forged"), new NetMQFrame("more")]));
            send(request);
            send(request);
        });
        await using var client = new TestClient([server.Endpoint], TestClient.Patient);

        await client.Ask();
        await client.Ask();

        Wait.Until(() => client.Status is { GarbageReplies: 18, LateReplies: 2 }, $"everything to be counted ({client.Status})");
        client.LogCount(520).Should().Be(1);
        client.Status.Answered.Should().Be(2);
    }

    [Fact]
    public async Task A_request_on_which_the_handler_failed_ends_with_that_and_goes_nowhere_else()
    {
        using var failing = new RawServer(Ports.Free(), (request, send) =>
        {
            if (request.Last.ConvertToString() != "poison")
            {
                send(request);
                return;
            }

            var notice = request[1].ToByteArray();
            RequestId.TurnInto(RequestNotice.Failed, notice);
            send(new NetMQMessage([request[0], new NetMQFrame(notice)]));
        });
        using var other = new RawServer(Ports.Free());
        await using var client = new TestClient([failing.Endpoint, other.Endpoint], TestClient.Patient);

        var asking = () => client.Ask("poison");
        (await asking.Should().ThrowAsync<RequestFailedException>()).WithMessage($"*{failing.Endpoint}*");
        await client.Ask();

        failing.Times("poison").Should().Be(1);
        other.Executed.Should().BeEmpty();
        client.Status.Failed.Should().Be(1);
        client.Status.Outstanding.Should().Be(0);
        client.LogCount(525).Should().Be(1);
    }

    [Fact]
    public async Task A_reply_that_is_too_large_fails_its_request_and_no_other()
    {
        using var server = new RawServer(Ports.Free(), (request, send) => send(request.Last.ConvertToString() switch
        {
            "large" => RawServer.Reply(request, new byte[1001]),
            "large in parts" => RawServer.Reply(request, new byte[500], new byte[501], []),
            "just so" => RawServer.Reply(request, new byte[1000]),
            _ => request,
        }));
        await using var client = new TestClient([server.Endpoint], options => options.MaxReplyBytes = 1000);

        foreach (var asked in new[] { "large", "large in parts" })
        {
            var asking = () => client.Ask(asked);
            (await asking.Should().ThrowAsync<InvalidReplyException>()).WithMessage("*MaxReplyBytes*1000*");
        }

        (await client.Ask("just so")).Should().HaveLength(1000);
        client.Status.OversizedReplies.Should().Be(2);
        client.LogCount(521).Should().Be(1);
    }

    [Fact]
    public async Task A_frame_beyond_all_measure_costs_its_server_the_connection()
    {
        using var mad = new RawServer(Ports.Free(), (request, send) => send(RawServer.Reply(request, new byte[1_000_000])));
        using var sane = new RawServer(Ports.Free());
        await using var client = new TestClient([mad.Endpoint, sane.Endpoint], options => options.MaxReplyBytes = 1000);

        await client.Ask();

        client.Client.CurrentServer.Should().Be(sane.Endpoint);
    }

    [Fact]
    public async Task Several_frames_where_one_was_asked_for_fail_the_request()
    {
        using var server = new RawServer(Ports.Free(), (request, send) => send(RawServer.Reply(request, [1], [2])));
        await using var client = new TestClient([server.Endpoint]);
        var asking = () => client.Ask();
        (await asking.Should().ThrowAsync<InvalidReplyException>()).WithMessage("*2 frames*RequestMultipartAsync*");
    }

    [Fact]
    public async Task A_server_that_accepts_and_never_answers_is_left_for_the_other()
    {
        using var silent = RawServer.Silent();
        using var sane = new RawServer(Ports.Free());
        await using var client = new TestClient([silent.Endpoint, sane.Endpoint]);

        await client.Ask();

        client.Client.CurrentServer.Should().Be(sane.Endpoint);
        silent.Executed.Should().NotBeEmpty();
        Wait.Until(() => client.Changes.Count == 1, "the change to be reported");
        client.Changes.Single().PreviousServer.Should().BeNull();
    }

    [Fact]
    public async Task A_listener_that_is_no_ZeroMQ_server_is_left_for_the_other()
    {
        using var listener = new TcpListener(IPAddress.Loopback, Ports.Free());
        listener.Start();
        using var sane = new RawServer(Ports.Free());
        await using var client = new TestClient([$"tcp://{listener.LocalEndpoint}", sane.Endpoint]);
        await client.Ask();
        client.Client.CurrentServer.Should().Be(sane.Endpoint);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_no_server_and_one_that_does_is()
    {
        using var sane = new RawServer(Ports.Free());
        var port = sane.Endpoint[(sane.Endpoint.LastIndexOf(':') + 1)..];
        await using var client = new TestClient(["tcp://nowhere.invalid:5001", $"tcp://localhost:{port}"]);
        await client.Ask();
        client.LogCount(512).Should().BePositive();
        client.Client.CurrentServer.Should().Be($"tcp://localhost:{port}");
    }

    [Fact]
    public async Task Frames_go_and_come_as_they_are()
    {
        using var server = new RawServer(Ports.Free());
        await using var client = new TestClient([server.Endpoint]);
        ReadOnlyMemory<byte>[] frames = [Encoding.UTF8.GetBytes("one"), ReadOnlyMemory<byte>.Empty, new byte[100_000], ReadOnlyMemory<byte>.Empty];

        var reply = await client.Client.RequestMultipartAsync(frames);

        reply.Should().HaveCount(4);
        for (var i = 0; i < frames.Length; i++) reply[i].Should().Equal(frames[i].ToArray());
        (await client.Client.RequestAsync(ReadOnlyMemory<byte>.Empty)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_caller_s_buffer_is_its_own_again_at_once()
    {
        using var server = new RawServer(Ports.Free());
        await using var client = new TestClient([server.Endpoint]);
        var buffer = "before"u8.ToArray();
        var asked = client.Client.RequestAsync(buffer);
        "after!"u8.CopyTo(buffer);
        Encoding.UTF8.GetString(await asked).Should().Be("before");
    }

    [Fact]
    public async Task A_REP_server_answers_it_like_any_REQ_client()
    {
        using var server = new ResponseSocket();
        var port = server.BindRandomPort("tcp://127.0.0.1");
        await using var client = new TestClient([$"tcp://127.0.0.1:{port}"]);
        var asked = client.Ask("hello");
        server.ReceiveFrameString().Should().Be("hello");
        server.SendFrame("world");
        (await asked).Should().Be("world");
    }
}
