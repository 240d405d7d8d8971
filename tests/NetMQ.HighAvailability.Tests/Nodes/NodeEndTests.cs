using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Whatever goes wrong while a node ends comes out through Completion and Run, and never ends the process.</summary>
public sealed class NodeEndTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_node_under_which_NetMQ_is_cleaned_up_ends_with_a_fault(bool detectCrash)
    {
        using var node = new TestNode(Primary, PairPorts.New(), options => options.DetectCrash = detectCrash);
        var run = Task.Run(() => node.Star.Run());
        using (var client = Client.Of(node)) client.AskUntilAnswered();

        NetMQConfig.Cleanup(block: false);

        Wait.For(run.ContinueWith(_ => { }, TaskScheduler.Default), "the node to end");
        run.Exception!.InnerException.Should().BeSameAs(node.Star.Completion.Exception!.InnerException).And.BeOfType<TerminatingException>();
        node.LogCount(104).Should().Be(1);
        node.Star.Invoking(star => star.Stop()).Should().NotThrow();
        (await node.Star.HandOverAsync()).Should().Be(HandOverOutcome.NodeStopped);
        node.Invoking(n => n.Dispose()).Should().NotThrow();
    }

    [Fact]
    public void A_node_on_the_applications_poller_that_failed_ends_when_it_is_disposed()
    {
        var poller = new NetMQPoller();
        using var node = new TestNode(Primary, PairPorts.New(), poller: poller);
        node.Star.Start();
        var run = Task.Run(() => Record.Exception(poller.Run));
        using (var client = Client.Of(node)) client.AskUntilAnswered();

        NetMQConfig.Cleanup(block: false);
        Wait.For(run, "the poller to end");
        node.Star.Invoking(star => star.Stop()).Should().NotThrow();
        node.Invoking(n => n.Dispose()).Should().NotThrow();

        node.Star.Completion.IsCompleted.Should().BeTrue();
    }

    [Fact]
    public void A_logger_that_throws_when_it_is_asked_for_its_levels_ends_nothing()
    {
        using var node = new TestNode(Primary, PairPorts.New(), logger: new Thrower()).Started();
        using var client = Client.Of(node);
        client.AskUntilAnswered();

        var stopped = node.Star.StopAsync();

        Wait.For(stopped, "the node to end");
        stopped.IsCompletedSuccessfully.Should().BeTrue();
    }

    private sealed class Thrower : ILogger<BinaryStar>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => throw new InvalidDataException("from the logger");

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => throw new InvalidDataException("from the logger");
    }
}
