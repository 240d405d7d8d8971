using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace NetMQ.HighAvailability.Hosting.Setup;

/// <summary>
/// Takes the node through the host's life: bound with the application's services, so that an endpoint in use ends the
/// start; started after all of them, and stopped before any, so that the hand-over happens while the handlers work.
/// </summary>
internal sealed class PairService(
    IServiceProvider services, string name, IHostApplicationLifetime lifetime, ILogger<HostedBinaryStar> logger) : IHostedLifecycleService
{
    private HostedBinaryStar? pair;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        pair = services.GetRequiredKeyedService<HostedBinaryStar>(name);
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        pair!.Begin(services);
        _ = pair.Node.Completion.ContinueWith(
            ended => EndHost(ended.Exception!.GetBaseException()), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    // The node's fault becomes the host's: a supervisor should see the process fail.
    public Task StoppingAsync(CancellationToken cancellationToken) => pair?.EndAsync(cancellationToken) ?? Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void EndHost(Exception fault)
    {
        Log.Faulted(logger, name, fault);
        lifetime.StopApplication();
    }
}
