using System.Globalization;
using System.Net;
using Microsoft.Data.Sqlite;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Tests.Arbiters;
using NetMQ.HighAvailability.Tests.Clients;
using NetMQ.HighAvailability.Tests.Support;
using Processes;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>The hosted sample as the two processes that it is: health and metrics follow the pair.</summary>
public sealed class HostedServerTests
{
    [Fact]
    public async Task Health_and_metrics_follow_a_hand_over_and_a_failover()
    {
        using var folder = new TempFolder();
        var ports = PairPorts.New();
        using var primary = new Server(BinaryStarRole.Primary, ports, folder);
        using var backup = new Server(BinaryStarRole.Backup, ports, folder);
        await primary.IsReadyAsync();
        (await backup.StatusAsync("health/ready")).Should().Be(HttpStatusCode.ServiceUnavailable);
        await backup.ReportsAsync("\"status\":\"Healthy\"");
        (await backup.StatusAsync("health/paired")).Should().Be(HttpStatusCode.OK);

        (await primary.OrderAsync("hand-over")).Should().Be((HttpStatusCode.OK, "{\"outcome\":\"Completed\"}"));
        await backup.IsReadyAsync();
        (await primary.StatusAsync("health/ready")).Should().Be(HttpStatusCode.ServiceUnavailable);
        (await primary.GetAsync("metrics")).Should().Contain("binarystar_cause=\"hand_over\"");

        backup.Process.Kill();
        primary.AskUntilAnswered();
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
    public async Task Each_order_is_booked_once_although_the_active_node_is_killed_amid_them()
    {
        const int callers = 16;
        const int each = 25;
        using var folder = new TempFolder();
        var ports = PairPorts.New();
        using var primary = new Server(BinaryStarRole.Primary, ports, folder);
        using var backup = new Server(BinaryStarRole.Backup, ports, folder);
        await primary.IsReadyAsync();
        await backup.ReportsAsync("\"status\":\"Healthy\"");
        await using var client = TestClient.Of(ports);
        var answered = 0;

        var replies = await Task.WhenAll(Enumerable.Range(0, callers).Select(async caller =>
        {
            var own = new List<string>();
            for (var i = 0; i < each; i++)
            {
                own.Add(await client.Ask($"buy 1 apple for {caller}-{i}"));
                if (Interlocked.Increment(ref answered) == callers * each / 4) primary.Process.Kill();
            }

            return own;
        }));

        primary.Process.HasExited.Should().BeTrue();
        var booked = Orders(folder);
        booked.Should().HaveCount(callers * each).And.BeEquivalentTo(replies.SelectMany(own => own));
        booked.Select(order => order.Split(": ")[1]).Should().OnlyHaveUniqueItems();
        backup.Process.Terminate();
        backup.Process.WaitForExit().Should().Be(0);
    }

    [Fact]
    public async Task A_request_that_comes_again_gets_the_same_reply_from_either_node_and_is_not_booked_again()
    {
        using var folder = new TempFolder();
        var ports = PairPorts.New();
        using var primary = new Server(BinaryStarRole.Primary, ports, folder);
        using var backup = new Server(BinaryStarRole.Backup, ports, folder);
        await primary.IsReadyAsync();
        await backup.ReportsAsync("\"status\":\"Healthy\"");
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());

        primary.Ask(one, "buy 5 apples").Should().Be("order 1: 5 apples");
        primary.Ask(one, "buy 5 apples").Should().Be("order 1: 5 apples");
        primary.Process.Kill();
        backup.Ask(one, "buy 5 apples").Should().Be("order 1: 5 apples");
        backup.Ask(other, "buy 2 ripe pears").Should().Be("order 2: 2 ripe pears");

        backup.Ask(Guid.NewGuid(), "list").Should().Be("2: 2 ripe pears; 1: 5 apples");
        backup.Ask(Guid.NewGuid(), "count").Should().Be("2 orders");
        backup.Ask(Guid.NewGuid(), "buy no pears").Should().StartWith("not understood");
        Orders(folder).Should().Equal("order 1: 5 apples", "order 2: 2 ripe pears");
    }

    [Fact]
    public async Task A_connection_string_gives_the_pair_an_arbiter()
    {
        await using var arbiter = new PostgresServer();
        await arbiter.InitializeAsync();
        using var folder = new TempFolder();
        var ports = PairPorts.New();
        using var primary = new Server(BinaryStarRole.Primary, ports, folder, "--ConnectionStrings:Arbiter", arbiter.Address);
        using var backup = new Server(BinaryStarRole.Backup, ports, folder, "--ConnectionStrings:Arbiter", arbiter.Address);
        await primary.IsReadyAsync();
        await primary.ReportsAsync("\"status\":\"Healthy\"");
        await backup.ReportsAsync("\"status\":\"Healthy\"");
        var token = (await arbiter.Connect().ReadAsync("orders", default))!.Claim.Token;

        (await primary.OrderAsync("hand-over")).Should().Be((HttpStatusCode.OK, "{\"outcome\":\"Completed\"}"));

        await backup.IsReadyAsync();
        (await arbiter.Connect().ReadAsync("orders", default))!.Claim.Should().BeEquivalentTo(new { Token = token + 1, Holder = BinaryStarRole.Backup });
        backup.Ask(Guid.NewGuid(), "count").Should().Be("0 orders");
    }

    [Fact]
    public async Task A_lone_backup_serves_once_it_is_promoted()
    {
        using var folder = new TempFolder();
        using var backup = new Server(BinaryStarRole.Backup, PairPorts.New(), folder);
        await backup.ListensAsync();

        await backup.AcceptsAsync("promote");

        await backup.IsReadyAsync();
        backup.AskUntilAnswered();
        (await backup.OrderAsync("promote")).Should().Be((HttpStatusCode.Conflict, "{\"outcome\":\"NotWaiting\"}"));
    }

    [Fact]
    public async Task An_order_that_cannot_be_carried_out_is_refused_with_the_reason()
    {
        using var folder = new TempFolder();
        using var backup = new Server(BinaryStarRole.Backup, PairPorts.New(), folder, "--BinaryStar:orders:FailoverTimeout", "01:00:00");
        await backup.ListensAsync();

        (await backup.OrderAsync("promote")).Should().Be((HttpStatusCode.Conflict, "{\"outcome\":\"PeerMayBeAlive\"}"));
        (await backup.OrderAsync("hand-over")).Should().Be((HttpStatusCode.Conflict, "{\"outcome\":\"NotActive\"}"));
    }

    [Fact]
    public async Task Another_sites_page_in_an_operators_browser_can_neither_give_orders_nor_ask()
    {
        using var folder = new TempFolder();
        using var backup = new Server(BinaryStarRole.Backup, PairPorts.New(), folder);
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

    [Fact]
    public async Task A_node_that_takes_over_from_one_frozen_in_a_transaction_goes_on_without_its_housekeeping()
    {
        using var folder = new TempFolder();
        var ports = PairPorts.New();
        using var backup = new Server(BinaryStarRole.Backup, ports, folder);
        Wait.Until(() => backup.Process.Lines.Any(line => line.Contains("Application started")), "the database to be there");
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Database(folder), Pooling = false }.ToString());
        connection.Open();
        using var frozen = connection.BeginTransaction(); // BEGIN IMMEDIATE
        using var primary = new Server(BinaryStarRole.Primary, ports, folder);
        await primary.IsReadyAsync();

        Wait.Until(() => primary.Process.HasExited || primary.Process.Lines.Any(line => line.Contains("Housekeeping could forget no old answers")), "the housekeeping to be postponed");

        primary.Process.HasExited.Should().BeFalse();
        primary.AskUntilAnswered();
    }

    [Theory]
    [InlineData("BinaryStar:orders:CertificateFile")]
    [InlineData("AllowedHosts")]
    [InlineData("Database")]
    [InlineData("ConnectionStrings:Arbiter")]
    [InlineData("Arbiter")]
    public void A_setting_that_was_left_empty_ends_the_start_and_is_named(string key)
    {
        using var folder = new TempFolder();
        using var server = new Server(BinaryStarRole.Backup, PairPorts.New(), folder, $"--{key}", "");

        server.Process.WaitForExit().Should().NotBe(0);

        server.Process.Errors.Should().Contain(line => line.Contains($"{key} is empty"));
    }

    [Theory]
    [InlineData("Arbiter is 'zookeeper', and can be kubernetes", "--Arbiter", "zookeeper")]
    [InlineData("A pair has one arbiter", "--Arbiter", "kubernetes", "--ConnectionStrings:Arbiter", "Host=localhost")]
    public void An_arbiter_that_cannot_be_is_named(string message, params string[] settings)
    {
        using var folder = new TempFolder();
        using var server = new Server(BinaryStarRole.Backup, PairPorts.New(), folder, settings);

        server.Process.WaitForExit().Should().NotBe(0);

        server.Process.Errors.Should().Contain(line => line.Contains(message));
    }

    private static string Database(TempFolder folder) => folder.File("orders.db");

    /// <summary>What is in the database, in the words of the replies.</summary>
    private static List<string> Orders(TempFolder folder)
    {
        var orders = new List<string>();
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Database(folder), Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT 'order ' || number || ': ' || quantity || ' ' || item FROM orders ORDER BY number";
        using var row = command.ExecuteReader();
        while (row.Read()) orders.Add(row.GetString(0));
        return orders;
    }

    private sealed class Server : IDisposable
    {
        private readonly HttpClient http;

        public Server(BinaryStarRole role, PairPorts ports, TempFolder folder, params string[] more)
        {
            var url = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{Ports.Free()}/");
            http = new HttpClient { BaseAddress = new Uri(url) };
            Client = new Client(ports.VoterEndpoint(role));
            Process = SampleProcess.Start("HostedServer",
            [
                "--environment", role.ToString(), "--urls", url, "--Database", Database(folder),
                "--BinaryStar:orders:VoterEndpoint", ports.VoterEndpoint(role),
                "--BinaryStar:orders:LocalEndpoints:0", $"tcp://127.0.0.1:{ports.State(role)}",
                "--BinaryStar:orders:RemoteEndpoints:0", $"tcp://127.0.0.1:{ports.State(TestNode.Other(role))}",
                "--BinaryStar:orders:HeartbeatInterval", "00:00:00.2", "--BinaryStar:orders:FailoverTimeout", "00:00:00.8",
                .. more,
            ]);
        }

        public SampleProcess Process { get; }

        public Client Client { get; }

        public void AskUntilAnswered() => Wait.Until(
            () =>
            {
                Client.Socket.SendFrame("count");
                return Client.Socket.TryReceiveFrameString(TimeSpan.FromMilliseconds(100), out var reply) && reply.EndsWith(" orders", StringComparison.Ordinal);
            },
            "an answer");

        /// <summary>Sends a request as a <see cref="BinaryStarClient"/> does, until it is answered.</summary>
        public string Ask(Guid id, string text)
        {
            var frame = new byte[RequestId.Bytes];
            RequestId.Write(frame, id);
            var reply = new NetMQMessage();
            Wait.Until(
                () =>
                {
                    Client.Socket.SendMoreFrame(frame).SendMoreFrameEmpty().SendFrame(text);
                    return Client.Socket.TryReceiveMultipartMessage(TimeSpan.FromMilliseconds(500), ref reply)
                        && reply.FrameCount == 3 && reply[0].ToByteArray().SequenceEqual(frame); // neither a notice nor another's reply
                },
                "an answer");
            return reply[2].ConvertToString();
        }

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

        public Task ReportsAsync(string what) => UntilAsync(async () => (await ReportAsync()).Contains(what), $"to report {what}");

        // Whatever its status is.
        private async Task<string> ReportAsync()
        {
            using var response = await http.GetAsync("health/live");
            return await response.Content.ReadAsStringAsync();
        }

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
