using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace NetMQ.HighAvailability.Diagnostics;

/// <summary>
/// Passes a loop's log messages to the application's logger, in order, on a thread of the library: a logger that waits for a
/// disk or a terminal, or is loaded and compiled for its first message, then delays no heartbeat. Uses a dedicated thread:
/// thread-pool starvation is itself one of the conditions to be logged.
/// </summary>
internal sealed class BackgroundLogger : ILogger
{
    /// <summary>How many messages are queued for a slow logger; more are dropped, and counted.</summary>
    internal const int Capacity = 1024;

    // How long shutdown waits for the logger.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // One thread for all, whatever the number of nodes.
    private static readonly BlockingCollection<Action> Writes = [];
    private static readonly Lazy<Thread> Writer = new(StartWriter);

    private readonly ILogger target;
    private int waiting;
    private int dropped;

    private BackgroundLogger(ILogger target)
    {
        this.target = target;
        _ = Writer.Value; // started here, rather than in a loop's turn
    }

    /// <summary>Puts a queue in front of <paramref name="target"/>, if there is one.</summary>
    public static ILogger Before(ILogger? target) => target is null ? NullLogger.Instance : new BackgroundLogger(target);

    /// <summary>Waits until everything logged so far is written, but not long if the logger does not return. Not on a poller's thread.</summary>
    public static void Drain() => WrittenAsync().Wait(Patience);

    /// <inheritdoc cref="Drain"/>
    public static async Task DrainAsync() => await WrittenAsync().WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return target.IsEnabled(logLevel);
        }
#pragma warning disable CA1031 // A logger's own fault must not end a server, and there is nowhere to report it.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Interlocked.Increment(ref waiting) > Capacity)
        {
            Interlocked.Decrement(ref waiting);
            Interlocked.Increment(ref dropped);
            return;
        }

        Writes.Add(() =>
        {
            Interlocked.Decrement(ref waiting);
            target.Log(logLevel, eventId, state, exception, formatter);
            var lost = Interlocked.Exchange(ref dropped, 0);
            if (lost > 0) Diagnostics.Log.Dropped(target, lost);
        });
    }

    private static Task WrittenAsync()
    {
        if (!Writer.IsValueCreated || Writer.Value == Thread.CurrentThread) return Task.CompletedTask;
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Writes.Add(written.SetResult);
        return written.Task;
    }

    private static Thread StartWriter()
    {
        var thread = new Thread(Write) { IsBackground = true, Name = "BinaryStar log" };
        thread.UnsafeStart();
        return thread;
    }

    private static void Write()
    {
        foreach (var write in Writes.GetConsumingEnumerable())
        {
            try
            {
                write();
            }
#pragma warning disable CA1031 // A logger's own fault must not end a server, and there is nowhere to report it.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }
    }
}
