using Microsoft.Extensions.Logging;

namespace NetMQ.HighAvailability.Hosting;

/// <summary>Every log message of this package. Event ids are stable, and follow those of the node and the client: 6xx.</summary>
internal static partial class Log
{
    [LoggerMessage(600, LogLevel.Information, "{Pair}: stopping the work of the active node, within {Limit}")]
    public static partial void SteppingDown(ILogger logger, string pair, TimeSpan limit);

    [LoggerMessage(601, LogLevel.Warning, "{Pair}: the work of the active node did not end within {Limit}; handing the pair over without waiting longer, so the peer may start the same work")]
    public static partial void WorkOverdue(ILogger logger, string pair, TimeSpan limit);

    [LoggerMessage(602, LogLevel.Critical, "{Pair}: the node ended with a fault; stopping the host")]
    public static partial void Faulted(ILogger logger, string pair, Exception exception);

    [LoggerMessage(603, LogLevel.Error, "{Pair}: the node did not end within the host's shutdown timeout: a handler or callback does not return, or the step-down took all of it")]
    public static partial void Overdue(ILogger logger, string pair);
}
