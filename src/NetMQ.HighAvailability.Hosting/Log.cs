using Microsoft.Extensions.Logging;

namespace NetMQ.HighAvailability.Hosting;

/// <summary>Every log message of this package. Event ids are stable, and continue those of the node and the client: 6xx.</summary>
internal static partial class Log
{
    [LoggerMessage(600, LogLevel.Information, "{Pair}: the work of the active node is asked to end, within {Limit}")]
    public static partial void SteppingDown(ILogger logger, string pair, TimeSpan limit);

    [LoggerMessage(601, LogLevel.Warning, "{Pair}: the work of the active node did not end within {Limit}; the pair is handed over without waiting longer, and the peer may begin the same work")]
    public static partial void WorkOverdue(ILogger logger, string pair, TimeSpan limit);

    [LoggerMessage(602, LogLevel.Critical, "{Pair}: the node ended with a fault, and the host is stopped")]
    public static partial void Faulted(ILogger logger, string pair, Exception exception);

    [LoggerMessage(603, LogLevel.Error, "{Pair}: the node did not end within the host's time for a shutdown: a handler or callback does not return, or the step-down took it all")]
    public static partial void Overdue(ILogger logger, string pair);
}
