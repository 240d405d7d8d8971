using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NetMQ.HighAvailability.Hosting;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Hosting.SetupTests;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>How an asynchronous handler is set up, and which mistakes end the start.</summary>
public sealed class RequestSetupTests
{
    [Fact]
    public void Every_option_can_be_configured_and_code_overrides_it()
    {
        using var node = new HostedNode(Primary, PairPorts.New(), echo: false, add: pair => pair.HandleRequests(EchoAsync, options => options.MaxConcurrency++), settings: Section(
            ("Requests:MaxConcurrency", "7"), ("Requests:StartOnPollerThread", "true"), ("Requests:OrderPerClient", "true"), ("Requests:DrainTimeout", "00:00:02"),
            ("Requests:HandlerTimeout", "00:00:30"), ("Requests:RememberedReplies", "1000"), ("Requests:RememberedBytes", "5000000000")));

        var options = node.Host.Services.GetRequiredService<IOptionsMonitor<VoterOptions>>().Get(HostedNode.Name);

        options.Should().BeEquivalentTo(new VoterOptions
        {
            MaxConcurrency = 8,
            StartOnPollerThread = true,
            OrderPerClient = true,
            DrainTimeout = TimeSpan.FromSeconds(2),
            HandlerTimeout = TimeSpan.FromSeconds(30),
            RememberedReplies = 1000,
            RememberedBytes = 5_000_000_000,
        });
    }

    [Theory]
    [InlineData("Requests:MaxConcurrency", "many", "*BinaryStar:orders:Requests:MaxConcurrency is 'many', and must be a whole number*")]
    [InlineData("Requests:MaxConcurrency", "0", "*Pair 'orders': MaxConcurrency must be from 1 to 100,000*")]
    [InlineData("Requests:MaxConcurency", "8", "*BinaryStar:orders:Requests:MaxConcurency is no option of a handler; there are MaxConcurrency*")]
    [InlineData("Requests:OrderPerClient", "perhaps", "*BinaryStar:orders:Requests:OrderPerClient is 'perhaps', and must be true or false*")]
    [InlineData("Requests:DrainTimeout", "5", "*BinaryStar:orders:Requests:DrainTimeout is '5', and must be a time such as*")]
    [InlineData("Requests:HandlerTimeout", "02:00:00", "*Pair 'orders': HandlerTimeout must be from*")]
    [InlineData("Requests:RememberedBytes", "", "*BinaryStar:orders:Requests:RememberedBytes is empty*leave it out*")]
    [InlineData("Requests:DrainTimeout:Seconds", "5", "*BinaryStar:orders:Requests:DrainTimeout must be a single value, and has Seconds below it*")]
    [InlineData("Requests", "8", "*BinaryStar:orders:Requests is '8', and must have its options below it*")]
    [InlineData("VoterType", "Dealer", "*Pair 'orders': VoterType must be Router for an asynchronous handler, and is Dealer*")]
    public async Task A_bad_option_ends_the_start_with_a_message_that_names_it(string key, string value, string message)
    {
        using var node = new HostedNode(Primary, PairPorts.New(), echo: false, add: pair => pair.HandleRequests(EchoAsync), settings: Section((key, value)));

        await FluentActions.Awaiting(() => node.Host.StartAsync()).Should().ThrowAsync<OptionsValidationException>().WithMessage(message);
    }

    [Fact]
    public async Task What_code_sets_is_validated_as_well()
    {
        using var node = new HostedNode(
            Primary, PairPorts.New(), echo: false, add: pair => pair.HandleRequestsInScope<Echo>(options => options.RememberedReplies = -1));

        await FluentActions.Awaiting(() => node.Host.StartAsync()).Should().ThrowAsync<OptionsValidationException>()
            .WithMessage("*Pair 'orders': RememberedReplies must be*");
    }

    [Fact]
    public async Task Options_of_requests_are_an_error_where_a_synchronous_handler_would_not_use_them()
    {
        using var node = new HostedNode(Primary, PairPorts.New(), settings: Section(("Requests:MaxConcurrency", "8")));

        await FluentActions.Awaiting(() => node.Host.StartAsync()).Should().ThrowAsync<OptionsValidationException>()
            .WithMessage("*BinaryStar:orders:Requests has no effect: the pair's handler is not asynchronous*");
    }

    [Fact]
    public async Task Handlers_of_both_kinds_are_one_too_many()
    {
        using var node = new HostedNode(Primary, PairPorts.New(), add: pair => pair.HandleRequestsInScope<Echo>());

        await FluentActions.Awaiting(() => node.Host.StartAsync()).Should().ThrowAsync<OptionsValidationException>().WithMessage("*has 2 request handlers*");
    }

    [Fact]
    public void A_handler_that_is_registered_already_keeps_its_lifetime()
    {
        var services = new ServiceCollection();
        services.AddSingleton<Echo>();

        services.AddBinaryStar("orders").HandleRequestsInScope<Echo>();
        services.AddBinaryStar("invoices").HandleRequestsInScope<OtherEcho>();

        services.Single(service => service.ServiceType == typeof(Echo)).Lifetime.Should().Be(ServiceLifetime.Singleton);
        services.Single(service => service.ServiceType == typeof(OtherEcho)).Lifetime.Should().Be(ServiceLifetime.Scoped);
    }

    private static ValueTask<VoterReply> EchoAsync(VoterRequest request, CancellationToken cancellation) => new(request.Payload);

    private class Echo : IAsyncRequestHandler
    {
        public ValueTask<VoterReply> HandleAsync(VoterRequest request, CancellationToken cancellationToken) => EchoAsync(request, cancellationToken);
    }

    private sealed class OtherEcho : Echo;
}
