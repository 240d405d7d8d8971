using Microsoft.Extensions.Logging;

namespace NetMQ.HighAvailability.Hosting.Setup;

/// <summary>A category for each pair, so that the messages of several pairs can be told apart, and filtered.</summary>
internal sealed class PairLogger(ILoggerFactory logs, string pair) : ILogger<BinaryStar>
{
    private readonly ILogger logger = logs.CreateLogger($"{typeof(BinaryStar).FullName}.{pair}");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        logger.Log(logLevel, eventId, state, exception, formatter);
}
