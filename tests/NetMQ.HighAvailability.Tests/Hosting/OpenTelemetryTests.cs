using NetMQ.HighAvailability.Tests.Clients;
using NetMQ.HighAvailability.Tests.Support;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>The measurements as they leave the real OpenTelemetry SDK.</summary>
public sealed class OpenTelemetryTests
{
    [Fact]
    public async Task Prometheus_scrapes_them_under_its_own_names()
    {
        var port = Ports.Free();
        var pair = Guid.NewGuid().ToString();
        using var provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(BinaryStar.MeterName)
            .AddPrometheusHttpListener(listener => (listener.Host, listener.Port) = ("localhost", port))
            .Build();
        var (primary, backup) = TestNode.StartedPair(options => options.Name = pair);
        using var one = primary;
        using var other = backup;
        using var client = Client.Of(primary);
        client.AskUntilAnswered();

        using var http = new HttpClient();
        var lines = (await http.GetStringAsync($"http://localhost:{port}/metrics"))
            .Split('\n').Where(line => line.StartsWith('#') || line.Contains(pair, StringComparison.Ordinal)).ToList();

        lines.Should().Contain(line => line.StartsWith("binarystar_state{") && line.Contains("binarystar_state=\"active\"") && line.Contains("binarystar_role=\"primary\"") && line.Contains("} 1"));
        lines.Should().Contain(line => line.StartsWith("binarystar_votes_total{") && line.Contains("binarystar_vote_accepted=\"true\""));
        lines.Should().Contain(line => line.StartsWith("binarystar_transitions_total{") && line.Contains("binarystar_cause=\"peer_waiting\""));
        lines.Should().Contain(line => line.StartsWith("binarystar_messages_total{") && line.Contains("network_io_direction=\"receive\""));
        lines.Should().Contain(line => line.StartsWith("binarystar_peer_silence_seconds{"));
        lines.Should().Contain(line => line.StartsWith("binarystar_turn_duration_seconds_bucket{") && line.Contains("le=\"0.0005\""));
        lines.Should().Contain(line => line.StartsWith("# TYPE binarystar_failover_duration_seconds") || line.StartsWith("binarystar_heartbeat_lateness_seconds_count"));
    }

    [Fact]
    public async Task A_clients_measurements_tell_milliseconds_from_seconds_and_one_client_from_another()
    {
        var port = Ports.Free();
        using var provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(BinaryStar.MeterName)
            .AddPrometheusHttpListener(listener => (listener.Host, listener.Port) = ("localhost", port))
            .Build();
        var (primary, backup) = TestNode.StartedPair();
        using var one = primary;
        using var other = backup;
        await using var client = TestClient.Of(primary.Ports);
        await using var idle = TestClient.Of(PairPorts.New());
        await client.Ask();
        Wait.Until(() => !client.Changes.IsEmpty, "the client to report its first server");

        using var http = new HttpClient();
        var lines = (await http.GetStringAsync($"http://localhost:{port}/metrics"))
            .Split('\n').Where(line => line.Contains(primary.Ports.VoterEndpoint(BinaryStarRole.Primary), StringComparison.Ordinal)).ToList();

        lines.Should().Contain(line => line.StartsWith("binarystar_client_request_duration_seconds_bucket{") && line.Contains("le=\"0.0005\""));
        lines.Should().Contain(line => line.StartsWith("binarystar_client_failover_duration_seconds_bucket{") && line.Contains("le=\"0.0005\""));
        lines.Should().ContainSingle(line => line.StartsWith("binarystar_client_requests_answered_total{")).Which.Should().Contain("} 1");
        lines.Should().Contain(line => line.StartsWith("binarystar_client_replies_dropped_total{") && line.Contains("binarystar_reason=\"late\""));
    }
}
