using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace NetMQ.HighAvailability.Hosting.Work;

/// <summary>Runs a hosted service for a term: a new one each time, in a scope of its own, since few can start twice.</summary>
internal static class ServiceWhileActive
{
    public static async Task RunAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        IServiceProvider services, string pair, CancellationToken stepDown)
        where T : class, IHostedService
    {
        var limit = services.GetRequiredService<IOptionsMonitor<BinaryStarHostOptions>>().Get(pair).StepDownTimeout;
        var scope = services.CreateAsyncScope();
        await using var scoped = scope.ConfigureAwait(false);
        var service = ActivatorUtilities.CreateInstance<T>(scope.ServiceProvider);
        try
        {
            await service.StartAsync(stepDown).ConfigureAwait(false);
            var ended = (service as BackgroundService)?.ExecuteTask ?? Task.CompletedTask;
            await Task.WhenAny(Task.Delay(Timeout.Infinite, stepDown), FaultOf(ended)).Unwrap().ConfigureAwait(false);
        }
        finally
        {
            using var patience = new CancellationTokenSource(limit);
            await service.StopAsync(patience.Token).ConfigureAwait(false);
            if (service is IAsyncDisposable later) await later.DisposeAsync().ConfigureAwait(false);
            else (service as IDisposable)?.Dispose();
        }
    }

    // Ends with a fault alone; a background service that is done by itself is done for its term.
    private static async Task FaultOf(Task task)
    {
        await task.ConfigureAwait(false);
        await Task.Delay(Timeout.Infinite).ConfigureAwait(false);
    }
}
