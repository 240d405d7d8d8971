using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NetMQ.HighAvailability.Hosting;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>Options come from the configuration, and bad ones end the start with a message that names them.</summary>
public sealed class SetupTests
{
    [Fact]
    public void Every_option_can_be_configured_and_code_overrides_it()
    {
        using var node = new HostedNode(Backup, PairPorts.New(), settings: Section(
            ("Preset", "Wan"), ("HeartbeatInterval", "00:00:00.250"), ("FailoverTimeout", "00:00:03"), ("PeerHeartbeatInterval", "00:00:01"),
            ("PeerFailoverTimeout", "00:00:02"), ("DualActivePolicy", "abort"), ("HandlerFaults", "endnode"), ("DetectCrash", "true"), ("WarmUpOnStart", "false"), ("VoterHighWatermark", "7"), ("VoterMaxRequestBytes", "2048"),
            ("LocalEndpoints:1", "tcp://127.0.0.2:9999"), ("VoterType", "Dealer"), ("StepDownTimeout", "00:00:05")),
            add: pair => pair.Services.Configure<BinaryStarOptions>(HostedNode.Name, options => options.VoterHighWatermark++));

        var options = node.Host.Services.GetRequiredService<IOptionsMonitor<BinaryStarOptions>>().Get(HostedNode.Name);
        var host = node.Host.Services.GetRequiredService<IOptionsMonitor<BinaryStarHostOptions>>().Get(HostedNode.Name);

        options.Role.Should().Be(Backup);
        options.Name.Should().Be(HostedNode.Name);
        options.HeartbeatInterval.Should().Be(TimeSpan.FromMilliseconds(250));
        options.FailoverTimeout.Should().Be(TimeSpan.FromSeconds(3));
        options.PeerHeartbeatInterval.Should().Be(TimeSpan.FromSeconds(1));
        options.PeerFailoverTimeout.Should().Be(TimeSpan.FromSeconds(2));
        options.DualActivePolicy.Should().Be(DualActivePolicy.Abort);
        options.HandlerFaults.Should().Be(HandlerFaultPolicy.EndNode);
        options.DetectCrash.Should().BeTrue();
        options.WarmUpOnStart.Should().BeFalse();
        options.VoterHighWatermark.Should().Be(8);
        options.VoterMaxRequestBytes.Should().Be(2048);
        options.LocalEndpoints.Should().HaveCount(2);
        host.VoterType.Should().Be(ZmqSocketType.Dealer);
        host.StepDownTimeout.Should().Be(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("Role", "Tertiary", "*BinaryStar:orders:Role is 'Tertiary', and must be Primary or Backup*")]
    [InlineData("HeartbeatInterval", "500", "*BinaryStar:orders:HeartbeatInterval is '500', and must be a time such as*")]
    [InlineData("HeartbeatIntervall", "00:00:01", "*BinaryStar:orders:HeartbeatIntervall is no option of a pair; there are *HeartbeatInterval*")]
    [InlineData("FailoverTimeout", "00:00:00.200", "*Pair 'orders': FailoverTimeout must be at least three times HeartbeatInterval*")]
    [InlineData("RemoteEndpoints:0", "nonsense", "*Pair 'orders': RemoteEndpoints has 'nonsense'*")]
    [InlineData("HandlerFaults", "Ignore", "*BinaryStar:orders:HandlerFaults is 'Ignore', and must be DropRequest or EndNode*")]
    [InlineData("VoterType", "Rep", "*BinaryStar:orders:VoterType is 'Rep', and must be Router or Dealer or Pull or Sub*")]
    [InlineData("Preset", "7", "*BinaryStar:orders:Preset is '7', and must be *Local or *")]
    [InlineData("Role", "1", "*BinaryStar:orders:Role is '1', and must be Primary or Backup*")]
    [InlineData("VoterHighWatermark", "3000000000", "*BinaryStar:orders:VoterHighWatermark is '3000000000', and must be a whole number, at most 2147483647*")]
    [InlineData("StepDownTimeout", "-00:00:01", "*Pair 'orders': StepDownTimeout must be from*")]
    public async Task A_bad_option_ends_the_start_with_a_message_that_names_it(string key, string value, string message)
    {
        using var node = new HostedNode(Primary, PairPorts.New(), settings: Section((key, value)));

        await FluentActions.Awaiting(() => node.Host.StartAsync()).Should().ThrowAsync<OptionsValidationException>().WithMessage(message);
    }

    // As by a variable that is not set. No key file, for one, would mean no security.
    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public async Task An_empty_value_is_an_error_for_every_option(string empty)
    {
        string[] keys =
        [
            "Preset", "Name", "Role", "HeartbeatInterval", "FailoverTimeout", "PeerHeartbeatInterval", "PeerFailoverTimeout", "DualActivePolicy", "DetectCrash", "WarmUpOnStart",
            "VoterHighWatermark", "VoterMaxRequestBytes", "CertificateFile", "PeerCertificateFile", "VoterCertificateFile", "VoterEndpoint", "VoterType",
            "StepDownTimeout", "LocalEndpoints:0", "RemoteEndpoints:0",
        ];
        foreach (var key in keys)
        {
            using var node = new HostedNode(Primary, PairPorts.New(), settings: Section((key, empty)));

            await FluentActions.Awaiting(() => node.Host.StartAsync()).Should()
                .ThrowAsync<OptionsValidationException>(key).WithMessage($"*BinaryStar:orders:{key} is empty*leave it out*");
        }
    }

    [Theory]
    [InlineData("LocalEndpoints")]
    [InlineData("RemoteEndpoints")]
    public async Task An_empty_list_is_an_error(string key)
    {
        var settings = HostedNode.Settings(Primary, PairPorts.New(), "bare");
        settings.Remove($"BinaryStar:bare:{key}:0");
        settings[$"BinaryStar:bare:{key}"] = "";
        using var node = new HostedNode(Primary, PairPorts.New(), settings: settings, add: pair => pair.Services.AddBinaryStar("bare").HandleRequests(TestNode.Echo));

        await FluentActions.Awaiting(() => node.Host.StartAsync()).Should().ThrowAsync<OptionsValidationException>().WithMessage($"*BinaryStar:bare:{key} is empty*");
    }

    [Theory]
    [InlineData("CertificateFile:0", "*BinaryStar:orders:CertificateFile must be a single value, and has 0 below it*")]
    [InlineData("Role:Primary", "*BinaryStar:orders:Role must be a single value, and has Primary below it*")]
    [InlineData("LocalEndpoints:0:Port", "*BinaryStar:orders:LocalEndpoints:0 must be a single value, and has Port below it*")]
    [InlineData("LocalEndpoints:1", "*BinaryStar:orders:LocalEndpoints:1 is empty*", "")]
    [InlineData("RemoteEndpoints", "*BinaryStar:orders:RemoteEndpoints is 'tcp://a:1,,tcp://b:1', and one of its endpoints is empty*", "tcp://a:1,,tcp://b:1")]
    public async Task A_value_in_the_wrong_form_is_not_passed_over(string key, string message, string value = "something")
    {
        using var node = new HostedNode(Primary, PairPorts.New(), settings: Section((key, value)));

        await FluentActions.Awaiting(() => node.Host.StartAsync()).Should().ThrowAsync<OptionsValidationException>().WithMessage(message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Exactly_one_request_handler_is_required(int handlers)
    {
        using var node = new HostedNode(Primary, PairPorts.New(), echo: false, add: pair =>
        {
            for (var i = 0; i < handlers; i++) pair.HandleRequests(TestNode.Echo);
        });

        await FluentActions.Awaiting(() => node.Host.StartAsync()).Should().ThrowAsync<OptionsValidationException>()
            .WithMessage($"*has {handlers} request handlers*");
    }

    [Fact]
    public async Task An_endpoint_in_use_ends_the_start()
    {
        var ports = PairPorts.New();
        using var holder = new NetMQ.Sockets.RouterSocket();
        holder.Bind(ports.VoterEndpoint(Primary));
        using var node = new HostedNode(Primary, ports);

        await FluentActions.Awaiting(() => node.Host.StartAsync()).Should().ThrowAsync<EndpointException>().WithMessage("*in use*");
    }

    [Fact]
    public void Two_pairs_of_one_name_are_refused()
    {
        var services = new ServiceCollection();
        services.AddBinaryStar("orders");

        services.Invoking(s => s.AddBinaryStar("orders")).Should().Throw<InvalidOperationException>().WithMessage("*'orders' already*");
        services.Invoking(s => s.AddBinaryStar("invoices")).Should().NotThrow();
    }

    [Fact]
    public async Task Several_pairs_run_in_one_host_each_under_its_name()
    {
        var (orders, invoices) = (PairPorts.New(), PairPorts.New());
        using var node = new HostedNode(Primary, orders, settings: HostedNode.Settings(Primary, invoices, "invoices"),
            add: pair => pair.Services.AddBinaryStar("invoices").HandleRequests<Shout>());
        await node.Host.StartAsync();
        using var toInvoices = new NetMQ.Sockets.DealerSocket();
        toInvoices.Connect(invoices.VoterEndpoint(Primary));

        string? answer = null;
        Wait.Until(
            () =>
            {
                toInvoices.SendFrame("paid");
                return toInvoices.TryReceiveFrameString(TimeSpan.FromMilliseconds(100), out answer);
            },
            "an answer");
        using var toOrders = node.Client();
        toOrders.AskUntilAnswered();

        answer.Should().Be("PAID");
        node.Host.Services.GetRequiredKeyedService<HostedBinaryStar>("invoices").Should().NotBeSameAs(node.Pair);
        node.Logged.Select(record => record.Category).Should().Contain("NetMQ.HighAvailability.BinaryStar.orders").And.Contain("NetMQ.HighAvailability.BinaryStar.invoices");
        await node.Host.StopAsync();
    }

    internal static IEnumerable<KeyValuePair<string, string?>> Section(params (string Key, string Value)[] options) =>
        options.Select(option => KeyValuePair.Create($"BinaryStar:{HostedNode.Name}:{option.Key}", (string?)option.Value));

    private sealed class Shout : IRequestHandler
    {
        public void Handle(VoterSocket client)
        {
            var request = client.ReceiveMultipartMessage();
            var reply = new NetMQMessage();
            reply.Append(request[0]);
            reply.Append(request.Last.ConvertToString().ToUpperInvariant());
            client.SendMultipartMessage(reply);
        }
    }
}
