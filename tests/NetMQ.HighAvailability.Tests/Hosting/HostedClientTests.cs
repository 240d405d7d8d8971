using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using NetMQ.HighAvailability.Tests.Clients;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>A client in a host: options from the configuration, found by its name, disposed with the host.</summary>
public sealed class HostedClientTests
{
    [Fact]
    public async Task A_client_is_set_up_by_its_section_and_disposed_with_the_host()
    {
        using var server = new RawServer(Ports.Free());
        using var host = Host(client => client.MaxOutstanding++, ("Servers:0", server.Endpoint), ("RequestTimeout", "00:00:20"), ("MaxOutstanding", "7"), ("Delivery", "atmostonce"));
        await host.StartAsync(TestContext.Current.CancellationToken);
        var options = host.Services.GetRequiredService<IOptionsMonitor<BinaryStarClientOptions>>().Get("orders");
        var client = host.Services.GetRequiredKeyedService<BinaryStarClient>("orders");

        Encoding.UTF8.GetString(await client.RequestAsync("hello"u8.ToArray(), TestContext.Current.CancellationToken)).Should().Be("hello");

        options.RequestTimeout.Should().Be(TimeSpan.FromSeconds(20));
        options.MaxOutstanding.Should().Be(8, "code overrides the configuration");
        options.Delivery.Should().Be(DeliveryGuarantee.AtMostOnce);
        host.Services.GetRequiredKeyedService<BinaryStarClient>("orders").Should().BeSameAs(client);
        host.Dispose();
        await client.Awaiting(c => c.RequestAsync(new byte[1])).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Theory]
    [InlineData("Servers:0", "nonsense", "*Client 'orders': Servers has 'nonsense'*")]
    [InlineData("Servrs:0", "tcp://one:1", "*BinaryStarClient:orders:Servrs is no option of a client; there are Servers*")]
    [InlineData("ServerTimeout", "2", "*BinaryStarClient:orders:ServerTimeout is '2', and must be a time such as*")]
    [InlineData("Delivery", "Never", "*BinaryStarClient:orders:Delivery is 'Never', and must be AtLeastOnce or AtMostOnce*")]
    [InlineData("ServerCertificateFile", "/no/such/file", "*BinaryStarClient:orders:ServerCertificateFile is '/no/such/file', and cannot be read*")]
    public async Task A_bad_option_ends_the_start_with_a_message_that_names_it(string key, string value, string message)
    {
        using var host = Host(null, (key, value));

        await FluentActions.Awaiting(() => host.StartAsync()).Should().ThrowAsync<OptionsValidationException>().WithMessage(message);
    }

    [Fact]
    public void A_name_is_given_once()
    {
        var services = new ServiceCollection().AddBinaryStarClient("orders");

        services.Invoking(s => s.AddBinaryStarClient("orders")).Should().Throw<InvalidOperationException>().WithMessage("*'orders'*");
        services.Invoking(s => s.AddBinaryStarClient("others")).Should().NotThrow();
    }

    private static IHost Host(Action<BinaryStarClientOptions>? configure, params (string Key, string Value)[] settings)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"BinaryStarClient:orders:{setting.Key}", (string?)setting.Value)));
        builder.Services.AddBinaryStarClient("orders", configure);
        return builder.Build();
    }
}
