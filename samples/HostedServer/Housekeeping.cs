namespace HostedServer;

/// <summary>Stands for work that must not be done by both nodes: a new object for each term, stopped before the pair is handed over.</summary>
internal sealed partial class Housekeeping(ILogger<Housekeeping> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Begun(logger);
        try
        {
            await Task.Delay(Timeout.Infinite, stoppingToken);
        }
        finally
        {
            Ended(logger);
        }
    }

    [LoggerMessage(LogLevel.Information, "Housekeeping begins")]
    private static partial void Begun(ILogger logger);

    [LoggerMessage(LogLevel.Information, "Housekeeping has ended")]
    private static partial void Ended(ILogger logger);
}
