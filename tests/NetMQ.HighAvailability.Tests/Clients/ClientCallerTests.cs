using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>What a client promises its callers: places, cancellation, time-outs, an end.</summary>
public sealed class ClientCallerTests
{
    [Fact]
    public async Task No_more_requests_than_allowed_are_outstanding_and_further_callers_wait_their_turn()
    {
        var queue = new ConcurrentQueue<(NetMQMessage Request, Action<NetMQMessage> Send)>();
        using var server = new RawServer(Ports.Free(), (request, send) =>
        {
            // Answers the oldest whenever a third would have to wait: never more than two are here at once.
            queue.Enqueue((request, send));
            if (queue.Count < 2 || !queue.TryDequeue(out var oldest)) return;
            oldest.Send(oldest.Request);
        });
        await using var client = new TestClient([server.Endpoint], options =>
        {
            options.MaxOutstanding = 2;
            TestClient.Patient(options);
        });

        var asked = Enumerable.Range(0, 20).Select(_ => client.Ask()).ToList();
        await Task.WhenAny(Task.WhenAll(asked), Task.WhenAll(asked.Take(19)));
        client.Status.Outstanding.Should().BeLessThanOrEqualTo(2);
        queue.Should().HaveCountLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task Cancellation_frees_the_place_at_once_and_the_late_reply_is_dropped()
    {
        var held = new ConcurrentQueue<NetMQMessage>();
        using var server = new RawServer(Ports.Free(), (request, send) =>
        {
            if (request.Last.ConvertToString() == "held")
            {
                held.Enqueue(request);
                return;
            }

            while (held.TryDequeue(out var late)) send(late);
            send(request);
        });
        await using var client = new TestClient([server.Endpoint], options =>
        {
            options.MaxOutstanding = 1;
            TestClient.Patient(options);
        });
        await client.Ask();
        using var cancellation = new CancellationTokenSource();

        var cancelled = client.Ask("held", cancellation: cancellation.Token);
        var waiting = client.Ask("waiting");
        Wait.Until(() => server.Times("held") > 0, "the request to arrive");
        await cancellation.CancelAsync();

        var awaiting = () => cancelled;
        (await awaiting.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(cancellation.Token);
        (await waiting).Should().Be("waiting");
        Wait.Until(() => client.Status.LateReplies == server.Times("held"), "the late reply to be dropped");
    }

    [Fact]
    public async Task A_caller_that_waits_for_a_place_can_be_cancelled_and_one_cancelled_beforehand_never_asks()
    {
        using var silent = RawServer.Silent();
        await using var client = new TestClient([silent.Endpoint], options => options.MaxOutstanding = 1);
        var first = client.Client.RequestAsync("first"u8.ToArray());
        using var cancellation = new CancellationTokenSource();
        var waiting = client.Client.RequestAsync("waiting"u8.ToArray(), cancellation.Token);
        await cancellation.CancelAsync();
        var late = client.Client.RequestAsync("late"u8.ToArray(), cancellation.Token);

        foreach (var asked in new[] { waiting, late })
        {
            var awaiting = () => asked;
            (await awaiting.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(cancellation.Token);
        }

        first.IsCompleted.Should().BeFalse();
        silent.Executed.Should().NotContain(["waiting", "late"]);
    }

    [Fact]
    public async Task Without_an_answer_a_request_times_out_and_shows_whether_it_was_sent()
    {
        using var silent = RawServer.Silent();
        await using var sent = new TestClient([silent.Endpoint], options => options.RequestTimeout = TimeSpan.FromSeconds(5));
        await using var alone = new TestClient([$"tcp://127.0.0.1:{Ports.Free()}"], options => options.RequestTimeout = TestClient.ServerTimeout);

        var asking = () => sent.Ask();
        var askingNobody = () => alone.Ask();

        (await asking.Should().ThrowAsync<RequestTimeoutException>()).Which.MayHaveBeenExecuted.Should().BeTrue();
        (await askingNobody.Should().ThrowAsync<TimeoutException>()).Which.Should().BeOfType<RequestTimeoutException>().Which.MayHaveBeenExecuted.Should().BeFalse();
        sent.Status.TimedOut.Should().Be(1);
        sent.Status.Outstanding.Should().Be(0);
    }

    [Fact]
    public async Task Waiting_for_a_place_counts_towards_the_time_out()
    {
        using var silent = RawServer.Silent();
        await using var client = new TestClient([silent.Endpoint], options =>
        {
            options.MaxOutstanding = 1;
            options.RequestTimeout = 2 * TestClient.ServerTimeout;
        });

        var asked = Enumerable.Range(0, 3).Select(_ => client.Client.RequestAsync(new byte[1])).ToList();
        foreach (var one in asked)
        {
            var awaiting = () => one;
            await awaiting.Should().ThrowAsync<RequestTimeoutException>();
        }
    }

    [Fact]
    public async Task Disposal_ends_every_request_and_may_be_repeated()
    {
        using var silent = RawServer.Silent();
        var client = new TestClient([silent.Endpoint], options => options.MaxOutstanding = 2);
        var asked = Enumerable.Range(0, 5).Select(_ => client.Client.RequestAsync(new byte[1])).ToList();

        await Task.WhenAll(client.DisposeAsync().AsTask(), client.DisposeAsync().AsTask());
        await client.DisposeAsync();

        foreach (var one in asked)
        {
            var awaiting = () => one;
            await awaiting.Should().ThrowAsync<ObjectDisposedException>();
        }

        var asking = () => client.Ask();
        await asking.Should().ThrowAsync<ObjectDisposedException>();
        client.LogCount(501).Should().Be(1);
    }

    [Fact]
    public async Task Disposal_while_callers_come_and_go_leaves_none_of_them_waiting()
    {
        using var server = new RawServer(Ports.Free());
        for (var i = 0; i < 10; i++)
        {
            var client = new TestClient([server.Endpoint], options => options.MaxOutstanding = 4);
            var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            {
                while (true) await client.Ask();
            })).ToList();
            Wait.Until(() => client.Status.Answered > 20, "some answers");
            await client.DisposeAsync();
            foreach (var caller in callers)
            {
                var awaiting = () => caller;
                await awaiting.Should().ThrowAsync<ObjectDisposedException>();
            }
        }
    }

    [Fact]
    public async Task A_callback_that_throws_harms_nobody()
    {
        using var server = new RawServer(Ports.Free());
        await using var client = new TestClient([server.Endpoint]);
        client.Client.ServerChanged += (_, _) => throw new InvalidOperationException("the application's");
        await client.Ask();
        Wait.Until(() => client.LogCount(524) == 1, "the exception to be logged");
        await client.Ask();
    }

    [Fact]
    public async Task The_meter_shows_what_the_client_does()
    {
        using var server = new RawServer(Ports.Free());
        await using var client = new TestClient([server.Endpoint]);
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            var ours = instrument.Meter.Tags?.Any(tag => tag.Value is string servers && servers == server.Endpoint) == true;
            if (instrument.Meter.Name == "NetMQ.HighAvailability" && ours) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.Start();

        await client.Ask();
        Wait.Until(() => seen.ContainsKey("binarystar.client.failover.duration"), "the change of server, which is reported after the answer");
        listener.RecordObservableInstruments();

        seen["binarystar.client.request.duration"].Should().BePositive();
        seen["binarystar.client.failover.duration"].Should().BePositive();
        seen["binarystar.client.requests.answered"].Should().Be(1);
        seen["binarystar.client.server.changes"].Should().Be(1);
        seen.Should().ContainKeys("binarystar.client.requests.outstanding", "binarystar.client.requests.resent", "binarystar.client.replies.dropped");
    }
}
