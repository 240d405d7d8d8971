using Microsoft.Data.Sqlite;

namespace HostedServer;

/// <summary>Work that one node does, the active one: a new object for each term, in a scope of its own, stopped before the pair is handed over.</summary>
internal sealed partial class Housekeeping(OrderBook book, ILogger<Housekeeping> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Begun(logger);
        try
        {
            while (true)
            {
                await ForgetAsync(stoppingToken);
                await Task.Delay(Interval, stoppingToken);
            }
        }
        finally
        {
            Ended(logger);
        }
    }

    private async Task ForgetAsync(CancellationToken stoppingToken)
    {
        try
        {
            Forgot(logger, await book.ForgetAsync(stoppingToken));
        }
        catch (SqliteException e)
        {
            // Such as the lock of the other node, which was frozen in a transaction. What leaves this work ends the host, and it can wait for another hour.
            Postponed(logger, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "Housekeeping begins")]
    private static partial void Begun(ILogger logger);

    [LoggerMessage(LogLevel.Information, "Housekeeping forgot {Count} old answers")]
    private static partial void Forgot(ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "Housekeeping could forget no old answers, and tries again later: {Why}")]
    private static partial void Postponed(ILogger logger, string why);

    [LoggerMessage(LogLevel.Information, "Housekeeping has ended")]
    private static partial void Ended(ILogger logger);
}
