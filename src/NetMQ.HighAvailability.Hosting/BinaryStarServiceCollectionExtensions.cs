using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NetMQ.HighAvailability;
using NetMQ.HighAvailability.Hosting;
using NetMQ.HighAvailability.Hosting.Setup;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the nodes of high-availability pairs, and clients of such pairs, to an application.</summary>
public static class BinaryStarServiceCollectionExtensions
{
    /// <summary>
    /// Adds this process's node of a pair: the host starts it after the application's own services, and has it hand
    /// over and stop before them. A fault of the node stops the host.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">
    /// The pair's name: the key of its <see cref="HostedBinaryStar"/>, its name in metrics and logs, and its section in
    /// the configuration, <c>BinaryStar:name</c>.
    /// </param>
    /// <param name="configure">Changes the node's options after the configuration was read. They are validated when the host starts.</param>
    /// <returns>Adds what the pair serves; a handler of requests is required.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="InvalidOperationException">There is a pair of this name already.</exception>
    public static BinaryStarBuilder AddBinaryStar(this IServiceCollection services, string name, Action<BinaryStarOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (services.Any(service => service.ServiceType == typeof(PairSetup) && Equals(service.ServiceKey, name)))
            throw new InvalidOperationException($"There is a pair named '{name}' already: give each pair of the process a name of its own.");

        var setup = new PairSetup();
        services.AddKeyedSingleton(name, setup);
        services.AddSingleton<IValidateOptions<BinaryStarOptions>>(new LibraryValidation<BinaryStarOptions>("Pair", name, options => options.Validate()));
        services.AddSingleton<IValidateOptions<BinaryStarHostOptions>>(new PairValidation(name, setup));
        services.AddSingleton<IValidateOptions<VoterOptions>>(new LibraryValidation<VoterOptions>("Pair", name, options => options.Validate()));

        var node = services.AddOptions<BinaryStarOptions>(name).ValidateOnStart();
        node.Configure<IServiceProvider>((options, provider) => Section(provider, name)?.Read(options));
        if (configure is not null) node.Configure(configure);
        node.PostConfigure(options => options.Name ??= name);
        services.AddOptions<BinaryStarHostOptions>(name).ValidateOnStart()
            .Configure<IServiceProvider>((options, provider) => Section(provider, name)?.Read(options));
        services.AddOptions<VoterOptions>(name).ValidateOnStart()
            .Configure<IServiceProvider>((options, provider) => Requests(provider, name)?.Read(options));

        services.AddKeyedSingleton(name, (provider, _) => new HostedBinaryStar(provider, name));
        services.AddSingleton<IHostedService>(provider => new PairService(
            provider, name, provider.GetRequiredService<IHostApplicationLifetime>(), provider.GetRequiredService<ILogger<HostedBinaryStar>>()));
        return new BinaryStarBuilder(services, name, setup);
    }

    /// <summary>
    /// Adds a client of a pair: a <see cref="BinaryStarClient"/> keyed by <paramref name="name"/>, which connects when it is first
    /// asked for, and is disposed with the host's services.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">The client's name: its key, the end of its log's category, and its section in the configuration, <c>BinaryStarClient:name</c>.</param>
    /// <param name="configure">Changes the options after the configuration was read. They are validated when the host starts.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="InvalidOperationException">There is a client of this name already.</exception>
    public static IServiceCollection AddBinaryStarClient(this IServiceCollection services, string name, Action<BinaryStarClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (services.Any(service => service.ServiceType == typeof(BinaryStarClient) && Equals(service.ServiceKey, name)))
            throw new InvalidOperationException($"There is a client named '{name}' already: give each client of the process a name of its own.");

        services.AddSingleton<IValidateOptions<BinaryStarClientOptions>>(
            new LibraryValidation<BinaryStarClientOptions>("Client", name, client => client.Validate()));
        var options = services.AddOptions<BinaryStarClientOptions>(name).ValidateOnStart();
        options.Configure<IServiceProvider>((client, provider) =>
        {
            if (provider.GetService<IConfiguration>() is { } configuration)
                new ClientConfiguration(name, configuration.GetSection($"BinaryStarClient:{name}")).Read(client);
        });
        if (configure is not null) options.Configure(configure);
        services.AddKeyedSingleton(name, (provider, _) => new BinaryStarClient(
            provider.GetRequiredService<IOptionsMonitor<BinaryStarClientOptions>>().Get(name),
            provider.GetService<ILoggerFactory>() is { } logs ? new NamedLogger<BinaryStarClient>(logs, name) : null));
        return services;
    }

    private static PairConfiguration? Section(IServiceProvider services, string name) =>
        services.GetService<IConfiguration>() is { } configuration ? new PairConfiguration(name, configuration.GetSection($"BinaryStar:{name}")) : null;

    private static RequestConfiguration? Requests(IServiceProvider services, string name) => services.GetService<IConfiguration>() is { } configuration
        ? new RequestConfiguration(name, configuration.GetSection($"BinaryStar:{name}:{RequestConfiguration.Key}"), services.GetRequiredKeyedService<PairSetup>(name))
        : null;
}
