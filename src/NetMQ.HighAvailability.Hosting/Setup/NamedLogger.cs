using Microsoft.Extensions.Logging;

namespace NetMQ.HighAvailability.Hosting.Setup;

/// <summary>A category for each pair and each client, so that the messages of several can be distinguished and filtered.</summary>
internal sealed class NamedLogger<T>(ILoggerFactory logs, string name) : ILogger<T>
{
    private readonly ILogger logger = logs.CreateLogger($"{typeof(T).FullName}.{name}");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        logger.Log(logLevel, eventId, state, exception, formatter);
}
