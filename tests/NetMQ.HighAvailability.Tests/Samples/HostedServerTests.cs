using System.Globalization;
using System.Net;
using FailoverDemo;
using NetMQ.HighAvailability.Tests.Support;

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

        (await primary.PostAsync("hand-over")).Should().Be("Done");
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

    private sealed class Server : IDisposable
    {
        private readonly HttpClient http;

        public Server(BinaryStarRole role, PairPorts ports)
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
            ]);
        }

        public SampleProcess Process { get; }

        public Client Client { get; }

        public async Task<HttpStatusCode?> StatusAsync(string path)
        {
            try
            {
                using var response = await http.GetAsync(path);
                return response.StatusCode;
            }
            catch (HttpRequestException)
            {
                return null; // it does not listen yet
            }
        }

        public Task<string> GetAsync(string path) => http.GetStringAsync(path);

        public async Task<string> PostAsync(string path)
        {
            using var response = await http.PostAsync(path, null);
            return await response.Content.ReadAsStringAsync();
        }

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
