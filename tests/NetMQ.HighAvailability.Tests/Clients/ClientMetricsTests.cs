using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>A request without an answer is counted, whatever became of it.</summary>
public sealed class ClientMetricsTests : IDisposable
{
    private readonly ConcurrentQueue<string?> reasons = new();
    private readonly MeterListener listener = new();

    [Fact]
    public async Task Requests_without_an_answer_are_counted_by_reason()
    {
        using var server = new RawServer(Ports.Free(), (request, send) =>
        {
            if (request.Last.ConvertToString() == "large") send(RawServer.Reply(request, new byte[1001]));
        });
        Listen(server.Endpoint);
        await using var client = new TestClient([server.Endpoint], options =>
        {
            options.MaxReplyBytes = 1000;
            options.MaxOutstanding = 1;
            options.RequestTimeout = TimeSpan.FromSeconds(5);
        });
        using var cancellation = new CancellationTokenSource();

        await Fails<InvalidReplyException>(client.Ask("large"));
        var cancelled = client.Ask("cancelled", null, cancellation.Token);
        await cancellation.CancelAsync();
        await Fails<OperationCanceledException>(cancelled);
        await Fails<RequestTimeoutException>(client.Ask("unanswered"));

        reasons.Should().Equal("reply_too_large", "cancelled", "timed_out");
    }

    [Fact]
    public async Task One_that_never_got_a_place_counts_as_well()
    {
        using var silent = RawServer.Silent();
        Listen(silent.Endpoint);
        var clock = new FakeTimeProvider();
        await using var client = new TestClient([silent.Endpoint], options =>
        {
            options.MaxOutstanding = 1;
            options.TimeProvider = clock;
        });
        var inPlace = client.Ask("in the one place");
        var waiting = client.Ask("waiting for it");

        clock.Advance(TimeSpan.FromSeconds(30));
        await Fails<RequestTimeoutException>(inPlace);
        await Fails<RequestTimeoutException>(waiting);

        reasons.Should().Equal("timed_out", "timed_out");
        client.Status.TimedOut.Should().Be(2);
    }

    [Fact]
    public async Task One_cancelled_without_a_place_and_one_that_outlives_the_client_count_as_well()
    {
        using var silent = RawServer.Silent();
        Listen(silent.Endpoint);
        using var cancellation = new CancellationTokenSource();
        Task<string> inPlace;
        await using (var client = new TestClient([silent.Endpoint], options => options.MaxOutstanding = 1))
        {
            inPlace = client.Ask("in the one place");
            var waiting = client.Ask("waiting for it", null, cancellation.Token);
            await cancellation.CancelAsync();
            await Fails<OperationCanceledException>(waiting);
        }

        await Fails<ObjectDisposedException>(inPlace);
        reasons.Should().Equal("cancelled", "ended");
    }

    public void Dispose() => listener.Dispose();

    private void Listen(string server)
    {
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Name == "binarystar.client.requests.failed" && instrument.Meter.Tags!.Any(tag => Equals(tag.Value, server)))
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => reasons.Enqueue(tags[0].Key == "binarystar.reason" ? tags[0].Value as string : null));
        listener.Start();
    }

    private static async Task Fails<T>(Task asked)
        where T : Exception => await FluentActions.Awaiting(() => asked).Should().ThrowAsync<T>();
}
