using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NetMQ.HighAvailability.Hosting;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>The node within the host's life.</summary>
public sealed class HostLifeTests
{
    [Fact]
    public async Task The_node_starts_after_the_applications_services_and_hands_over_before_they_stop()
    {
        var ports = PairPorts.New();
        var story = new Story();
        using var primary = new HostedNode(BinaryStarRole.Primary, ports, pair =>
        {
            pair.Services.AddSingleton(story);
            pair.AddObserver<Narrator>();
            pair.Services.AddHostedService<Neighbour>();
        });
        using var backup = new HostedNode(BinaryStarRole.Backup, ports);
        await backup.Host.StartAsync();
        await primary.Host.StartAsync();
        primary.WaitFor(BinaryStarState.Active);
        Wait.Until(() => primary.Star.Status.PeerState == BinaryStarState.Passive, "the peer to be known as passive");

        await primary.Host.StopAsync();

        story.Should().StartWith(["service started", "active"]).And.EndWith(["left active", "passive", "service stopped"]);
        using var client = backup.Client();
        client.AskUntilAnswered();
        await backup.Host.StopAsync();
    }

    [Fact]
    public async Task A_fault_of_the_node_ends_the_host_and_is_its_outcome()
    {
        using var node = new HostedNode(BinaryStarRole.Primary, PairPorts.New(), echo: false,
            add: pair => pair.HandleRequests(_ => throw new InvalidOperationException("dies")).Services
                .Configure<BinaryStarOptions>(HostedNode.Name, TestNode.EndedByHandler));
        var lifetime = node.Host.Services.GetRequiredService<IHostApplicationLifetime>();
        var run = node.Host.RunAsync();
        using var client = node.Client();
        Wait.Until(
            () =>
            {
                client.Ask();
                return lifetime.ApplicationStopping.IsCancellationRequested;
            },
            "the host to stop");

        await FluentActions.Awaiting(() => run).Should().ThrowAsync<InvalidOperationException>().WithMessage("dies");
    }

    [Fact]
    public async Task A_handler_that_does_not_return_cannot_hold_up_the_host_beyond_its_limit()
    {
        using var stuck = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var node = new HostedNode(BinaryStarRole.Primary, PairPorts.New(), echo: false, shutdown: TimeSpan.FromSeconds(1), add: pair => pair.HandleRequests(_ =>
        {
            stuck.Set();
            release.Wait();
        }));
        await node.Host.StartAsync();
        using var client = node.Client();
        Wait.Until(() => client.Ask() || stuck.IsSet, "the handler to be stuck");

        Wait.For(node.Host.StopAsync().ContinueWith(_ => { }, TaskScheduler.Default), "the host to stop");
        node.Logged.Should().Contain(record => record.Id.Id == 603);
        node.Dispose();
        release.Set();
    }

    [Fact]
    public async Task An_observer_is_notified_of_a_request_that_failed_and_the_host_goes_on()
    {
        var story = new Story();
        using var node = new HostedNode(BinaryStarRole.Primary, PairPorts.New(), echo: false, add: pair =>
        {
            pair.Services.AddSingleton(story);
            pair.HandleRequests(_ => throw new InvalidOperationException("dies")).AddObserver<Narrator>();
        });
        await node.Host.StartAsync();
        using var client = node.Client();

        Wait.Until(() => client.Ask() || story.Contains("failed: dies"), "the observer to be notified");

        node.Star.Completion.IsCompleted.Should().BeFalse();
        await node.Host.StopAsync();
    }

    private sealed class Story : ConcurrentQueue<string>;

    private sealed class Narrator(Story story) : IBinaryStarObserver
    {
        public void BecameActive(BinaryStarStateChangedEventArgs change) => story.Enqueue("active");

        public void LeftActive(BinaryStarStateChangedEventArgs change) => story.Enqueue("left active");

        public void BecamePassive(BinaryStarStateChangedEventArgs change) => story.Enqueue("passive");

        public void RequestFailed(RequestFailedEventArgs failure) => story.Enqueue($"failed: {failure.Exception.Message}");
    }

    private sealed class Neighbour(Story story) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            story.Enqueue("service started");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            story.Enqueue("service stopped");
            return Task.CompletedTask;
        }
    }
}
