using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Whatever the application's logger does, the pair goes on.</summary>
public sealed class LoggingTests
{
    [Fact]
    public void A_logger_that_blocks_holds_up_neither_service_nor_failover_nor_end()
    {
        using var release = new ManualResetEventSlim();
        var changes = 0;
        var logger = new Logger(id =>
        {
            if (id != 200) return;
            Interlocked.Increment(ref changes);
            release.Wait();
        });
        var ports = PairPorts.New();
        using var primary = new TestNode(Primary, ports, logger: logger);
        using var backup = new TestNode(Backup, ports, logger: logger);
        try
        {
            primary.Started();
            backup.Started();
            using var client = Client.Of(primary);
            client.AskUntilAnswered();
            backup.WaitFor(BinaryStarState.Passive);

            primary.Dispose();

            using var other = Client.Of(backup);
            other.AskUntilAnswered();
            changes.Should().Be(1, "the logger has not returned from the first");
        }
        finally
        {
            release.Set();
        }
    }

    [Fact]
    public void A_logger_that_throws_ends_nothing()
    {
        using var node = new TestNode(Primary, PairPorts.New(), logger: new Logger(_ => throw new InvalidDataException("from the logger"))).Started();
        using var client = Client.Of(node);
        client.AskUntilAnswered();

        var stopped = node.Star.StopAsync();

        Wait.For(stopped, "the node to end");
        stopped.IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public void All_that_was_logged_is_written_when_Run_returns()
    {
        using var node = new TestNode(Primary, PairPorts.New());

        var run = Task.Run(() => node.Star.Run());
        Wait.Until(() => node.Star.Status.StatesPublished > 0, "the node to run");
        node.Star.Stop();
        Wait.For(run, "Run to return");

        node.Logged.Select(record => record.Id.Id).Where(id => id < 200).Should().Equal(101, 100, 102, 103);
    }

    [Fact]
    public void What_a_logger_cannot_keep_up_with_is_dropped_and_counted()
    {
        const int Excess = 7;
        using var release = new ManualResetEventSlim();
        var written = new ConcurrentQueue<int>();
        var queue = BackgroundLogger.Before(new Logger(id =>
        {
            written.Enqueue(id);
            release.Wait();
        }));
        void Write(int id) => queue.Log(LogLevel.Information, id, id, null, (state, _) => $"{state}");
        Write(-1);
        Wait.Until(() => !written.IsEmpty, "the logger to be called");

        for (var i = 0; i < BackgroundLogger.Capacity + Excess; i++) Write(i);
        release.Set();
        BackgroundLogger.Drain();

        written.Should().Equal([-1, 310, .. Enumerable.Range(0, BackgroundLogger.Capacity)]);
    }

    private sealed class Logger(Action<int> log) : ILogger<BinaryStar>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => log(eventId.Id);
    }
}
