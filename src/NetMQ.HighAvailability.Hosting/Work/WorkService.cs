using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace NetMQ.HighAvailability.Hosting.Work;

/// <summary>Brings a piece of work to the host: an exception of it ends the host, as one of any background service does.</summary>
internal sealed class WorkService(
    IServiceProvider services, string pair, Func<IServiceProvider, Func<BinaryStarTerm, CancellationToken, Task>> create) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        services.GetRequiredKeyedService<HostedBinaryStar>(pair).RunWhileActiveAsync(create(services), stoppingToken);
}
