using Microsoft.Extensions.DependencyInjection;

namespace NetMQ.HighAvailability.Hosting.Work;

/// <summary>Gives each request to a handler from a scope of its own, which ends with the handler's task.</summary>
internal static class ScopedRequests
{
    public static Func<VoterRequest, CancellationToken, ValueTask<VoterReply>> HandleWith<T>(IServiceProvider services)
        where T : class, IAsyncRequestHandler
    {
        var scopes = services.GetRequiredService<IServiceScopeFactory>();
        return async (request, cancellationToken) =>
        {
            var scope = scopes.CreateAsyncScope();
            await using var scoped = scope.ConfigureAwait(false);
            return await scope.ServiceProvider.GetRequiredService<T>().HandleAsync(request, cancellationToken).ConfigureAwait(false);
        };
    }
}
