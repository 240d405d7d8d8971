using System.Diagnostics.Metrics;
using NetMQ.HighAvailability.Diagnostics;

namespace NetMQ.HighAvailability.Clients;

/// <summary>A client's instruments, on the library's meter; without cost while nobody listens.</summary>
internal sealed class ClientMetrics : IDisposable
{
    private readonly Meter meter;
    private readonly Histogram<double> duration;
    private readonly Histogram<double> failover;
    private readonly Counter<long> failed;

    public ClientMetrics(Func<ClientSnapshot> read, IReadOnlyList<string> servers)
    {
        // One meter for each client, of one name: an instrument must not outlive the client that it reads.
        meter = new Meter(new MeterOptions(BinaryStar.MeterName) { Tags = [new("binarystar.client.servers", string.Join(",", servers))] });
        duration = Durations.Of(meter, "binarystar.client.request.duration", "From the call to the answer.");
        failover = Durations.Of(meter, "binarystar.client.failover.duration", "From the loss of a server to the first answer of another.");
        failed = meter.CreateCounter<long>("binarystar.client.requests.failed", "{request}", "Requests without an answer, by reason.");
        meter.CreateObservableGauge("binarystar.client.requests.outstanding", () => read().Outstanding, "{request}", "Requests not yet answered.");
        meter.CreateObservableCounter("binarystar.client.requests.answered", () => read().Counters.Answered, "{request}", "Requests answered.");
        meter.CreateObservableCounter("binarystar.client.requests.resent", () => read().Resends, "{request}", "How often a request was sent again.");
        meter.CreateObservableCounter("binarystar.client.server.changes", () => read().Counters.ServerChanges, "{change}", "How often another server answered than before.");
        meter.CreateObservableCounter("binarystar.client.replies.dropped", () => Dropped(read().Counters), "{reply}", "Replies that answered nothing, by reason.");
    }

    public void Answered(TimeSpan after) => duration.Record(after.TotalSeconds);

    public void ServerChanged(TimeSpan took) => failover.Record(took.TotalSeconds);

    public void Failed(string reason) => failed.Add(1, Reason(reason));

    public void Dispose() => meter.Dispose();

    private static Measurement<long>[] Dropped(ClientCounters counters) =>
    [
        new(counters.LateReplies, Reason("late")),
        new(counters.GarbageReplies, Reason("garbage")),
        new(counters.OversizedReplies, Reason("oversized")),
    ];

    private static KeyValuePair<string, object?> Reason(string reason) => new("binarystar.reason", reason);
}
