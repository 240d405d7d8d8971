using System.Globalization;
using System.Net;
using NetMQ.HighAvailability.Tests.Support;
using Processes;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>The hosted sample as the two processes that it is: health and metrics follow the pair.</summary>
public sealed class HostedServerTests
{
    [Fact]
    public async Task Health_and_metrics_follow_a_hand_over_and_a_failover()
    {
        var ports = PairPorts.New();
        using var primary = new Server(BinaryStarRole.Primary, ports);
        using var backup = new Server(BinaryStarRole.Backup, ports);
        await primary.IsReadyAsync();
        (await backup.StatusAsync("health/ready")).Should().Be(HttpStatusCode.ServiceUnavailable);
        await backup.ReportsAsync("\"status\":\"Healthy\"");
        (await backup.StatusAsync("health/paired")).Should().Be(HttpStatusCode.OK);

        (await primary.OrderAsync("hand-over")).Should().Be((HttpStatusCode.OK, "{\"outcome\":\"Completed\"}"));
        await backup.IsReadyAsync();
        (await primary.StatusAsync("health/ready")).Should().Be(HttpStatusCode.ServiceUnavailable);
        (await primary.GetAsync("metrics")).Should().Contain("binarystar_cause=\"hand_over\"");

        backup.Process.Kill();
        primary.Client.AskUntilAnswered();
        await primary.IsReadyAsync();
        await primary.ReportsAsync("without a peer");
        (await primary.StatusAsync("health/live")).Should().Be(HttpStatusCode.OK);
        (await primary.StatusAsync("health/paired")).Should().Be(HttpStatusCode.ServiceUnavailable);
        (await primary.GetAsync("metrics")).Should().Contain("binarystar_failover_duration_seconds_count");

        primary.Process.Terminate();
        primary.Process.WaitForExit().Should().Be(0);
        primary.Process.Lines.Should().Contain(line => line.Contains("Housekeeping has ended"));
    }

    [Fact]
    public async Task A_lone_backup_serves_once_it_is_promoted()
    {
        using var backup = new Server(BinaryStarRole.Backup, PairPorts.New());
        await backup.ListensAsync();

        await backup.AcceptsAsync("promote");

        await backup.IsReadyAsync();
        backup.Client.AskUntilAnswered();
        (await backup.OrderAsync("promote")).Should().Be((HttpStatusCode.Conflict, "{\"outcome\":\"NotWaiting\"}"));
    }

    [Fact]
    public async Task An_order_that_cannot_be_carried_out_is_refused_with_the_reason()
    {
        using var backup = new Server(BinaryStarRole.Backup, PairPorts.New(), "--BinaryStar:echo:FailoverTimeout", "01:00:00");
        await backup.ListensAsync();

        (await backup.OrderAsync("promote")).Should().Be((HttpStatusCode.Conflict, "{\"outcome\":\"PeerMayBeAlive\"}"));
        (await backup.OrderAsync("hand-over")).Should().Be((HttpStatusCode.Conflict, "{\"outcome\":\"NotActive\"}"));
    }

    [Fact]
    public async Task Another_sites_page_in_an_operators_browser_can_neither_give_orders_nor_ask()
    {
        using var backup = new Server(BinaryStarRole.Backup, PairPorts.New());
        await backup.ListensAsync();

        foreach (var order in new[] { "promote", "hand-over" })
        {
            foreach (var header in new[] { null, "", "false" })
            {
                var (status, text) = await backup.OrderAsync(order, header);
                status.Should().Be(HttpStatusCode.Forbidden);
                text.Should().Contain("X-BinaryStar-Order: true");
            }

            (await backup.OrderAsync(order, host: "rebound.example")).Status.Should().Be(HttpStatusCode.BadRequest);
            (await backup.StatusAsync(order)).Should().Be(HttpStatusCode.MethodNotAllowed);
        }

        foreach (var path in new[] { "health/live", "health/ready", "health/paired", "metrics" })
            (await backup.StatusAsync(path, host: "rebound.example")).Should().Be(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("BinaryStar:echo:CertificateFile")]
    [InlineData("AllowedHosts")]
    public void A_setting_that_was_left_empty_ends_the_start_and_is_named(string key)
    {
        using var server = new Server(BinaryStarRole.Backup, PairPorts.New(), $"--{key}", "");

        server.Process.WaitForExit().Should().NotBe(0);

        server.Process.Errors.Should().Contain(line => line.Contains($"{key} is empty"));
    }

    private sealed class Server : IDisposable
    {
        private readonly HttpClient http;

        public Server(BinaryStarRole role, PairPorts ports, params string[] more)
        {
            var url = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{Ports.Free()}/");
            http = new HttpClient { BaseAddress = new Uri(url) };
            Client = new Client(ports.VoterEndpoint(role));
            Process = SampleProcess.Start("HostedServer",
            [
                "--environment", role.ToString(), "--urls", url,
                "--BinaryStar:echo:VoterEndpoint", ports.VoterEndpoint(role),
                "--BinaryStar:echo:LocalEndpoints:0", $"tcp://127.0.0.1:{ports.State(role)}",
                "--BinaryStar:echo:RemoteEndpoints:0", $"tcp://127.0.0.1:{ports.State(TestNode.Other(role))}",
                "--BinaryStar:echo:HeartbeatInterval", "00:00:00.2", "--BinaryStar:echo:FailoverTimeout", "00:00:00.8",
                .. more,
            ]);
        }

        public SampleProcess Process { get; }

        public Client Client { get; }

        public async Task<HttpStatusCode?> StatusAsync(string path, string? host = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };
            try
            {
                using var response = await http.SendAsync(request);
                return response.StatusCode;
            }
            catch (HttpRequestException)
            {
                return null; // it does not listen yet
            }
        }

        public Task<string> GetAsync(string path) => http.GetStringAsync(path);

        public async Task<(HttpStatusCode Status, string Text)> OrderAsync(string path, string? header = "true", string? host = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Headers = { Host = host } };
            if (header is not null) request.Headers.Add("X-BinaryStar-Order", header);
            using var response = await http.SendAsync(request);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }

        public Task ListensAsync() => UntilAsync(async () => await StatusAsync("health/live") is not null, "to listen");

        public Task AcceptsAsync(string order) => UntilAsync(async () => (await OrderAsync(order)).Status == HttpStatusCode.OK, $"to accept {order}");

        public Task IsReadyAsync() => UntilAsync(async () => await StatusAsync("health/ready") == HttpStatusCode.OK, "to be ready");

        public Task ReportsAsync(string what) => UntilAsync(async () => (await GetAsync("health/live")).Contains(what), $"to report {what}");

        public void Dispose()
        {
            http.Dispose();
            Client.Dispose();
            Process.Dispose();
        }

        private Task UntilAsync(Func<Task<bool>> condition, string what)
        {
            Wait.Until(() => Process.HasExited || condition().GetAwaiter().GetResult(), $"the server {what}");
            if (Process.HasExited) throw new InvalidOperationException($"The server has ended: {string.Join(" | ", [.. Process.Lines, .. Process.Errors])}");
            return Task.CompletedTask;
        }
    }
}
