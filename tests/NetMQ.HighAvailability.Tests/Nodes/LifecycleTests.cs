using Microsoft.Extensions.Time.Testing;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.Sockets;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Starting, running, stopping, disposing.</summary>
public sealed class LifecycleTests
{
    [Fact]
    public void Run_returns_when_it_is_cancelled()
    {
        using var node = new TestNode(Primary, PairPorts.New());
        using var cancellation = new CancellationTokenSource();

        var run = Task.Run(() => node.Star.Run(handleSignals: false, cancellation.Token));
        Wait.Until(() => node.Star.Status.StatesPublished > 0, "the node to run");
        cancellation.Cancel();

        Wait.For(run, "Run to return");
        run.IsCompletedSuccessfully.Should().BeTrue();
        node.Star.Completion.IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public void Run_returns_at_once_when_stopped_before()
    {
        using var node = new TestNode(Primary, PairPorts.New());
        node.Star.Stop();

        var run = Task.Run(() => node.Star.Run());

        Wait.For(run, "Run to return");
        run.IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public void Under_EndNode_an_exception_of_the_handler_comes_out_of_Run_as_it_was_thrown()
    {
        var thrown = new InvalidDataException("from the handler");
        using var node = new TestNode(Primary, PairPorts.New(), TestNode.EndedByHandler, _ => throw thrown);
        using var client = Client.Of(node);

        var run = Task.Run(() => node.Star.Run());
        Wait.Until(() => client.Ask() || run.IsCompleted, "the handler to be called");

        run.Exception!.InnerException.Should().BeSameAs(thrown);
        node.Star.Completion.Exception!.InnerException.Should().BeSameAs(thrown);
        node.LogCount(104).Should().Be(1);
    }

    [Fact]
    public void An_exception_of_an_event_callback_or_of_the_applications_own_timer_ends_Run_too()
    {
        using var callback = new TestNode(Primary, PairPorts.New());
        callback.Star.BecameActive += (_, _) => throw new InvalidDataException("from the callback");
        using var client = Client.Of(callback);
        using var timed = new TestNode(Primary, PairPorts.New());
        var timer = new NetMQTimer(TimeSpan.FromMilliseconds(1));
        timer.Elapsed += (_, _) => throw new InvalidDataException("from the timer");
        timed.Star.Poller.Add(timer);

        var runs = new[] { Task.Run(() => callback.Star.Run()), Task.Run(() => timed.Star.Run()) };
        Wait.Until(() => client.Ask() || runs[0].IsCompleted, "the callback to be called");
        Wait.For(runs[1].ContinueWith(_ => { }, TaskScheduler.Default), "the timer to end its node");

        runs.Select(run => run.Exception!.InnerException).Should().AllBeOfType<InvalidDataException>();
    }

    [Fact]
    public void Stop_may_be_called_from_the_handler()
    {
        TestNode? node = null;
        node = new TestNode(Primary, PairPorts.New(), handler: socket =>
        {
            TestNode.Echo(socket);
            node!.Star.Stop();
        });
        using var disposing = node;
        using var client = Client.Of(node);

        var run = Task.Run(() => node.Star.Run());
        client.AskUntilAnswered();

        Wait.For(run, "Run to return");
        run.IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public void A_node_that_has_not_been_started_has_no_loop_that_could_be_held_up()
    {
        var time = new FakeTimeProvider();
        using var node = new TestNode(Primary, PairPorts.New(), options => options.TimeProvider = time);

        time.Advance(TimeSpan.FromMinutes(1));

        node.Star.Status.TurnAge.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void Callbacks_do_not_run_in_the_context_of_whoever_started_the_node()
    {
        var context = new AsyncLocal<string?> { Value = "the starter's" };
        var found = "none";
        using var node = new TestNode(Primary, PairPorts.New());
        node.Star.BecameActive += (_, _) => found = context.Value;
        node.Started();
        using var client = Client.Of(node);

        client.AskUntilAnswered();

        found.Should().BeNull();
    }

    [Fact]
    public void A_node_runs_once()
    {
        using var node = new TestNode(Primary, PairPorts.New()).Started();

        node.Star.Invoking(star => star.Run()).Should().Throw<InvalidOperationException>().WithMessage("*once*");
    }

    [Fact]
    public void A_node_without_a_voter_does_not_start_and_says_what_is_missing()
    {
        using var star = new BinaryStar(new BinaryStarOptions
        {
            Role = Primary,
            LocalEndpoints = [$"tcp://127.0.0.1:{Ports.Free()}"],
            RemoteEndpoints = [$"tcp://127.0.0.1:{Ports.Free()}"],
        });

        star.Invoking(s => s.Start()).Should().Throw<InvalidOperationException>().WithMessage("*RegisterVoter*");
        star.Invoking(s => s.Run()).Should().Throw<InvalidOperationException>().WithMessage("*RegisterVoter*");
    }

    [Fact]
    public void Dispose_is_idempotent_frees_every_port_and_leaves_no_thread()
    {
        var (primary, backup) = TestNode.StartedPair();
        Thread? loop = null;
        var timer = new NetMQTimer(TimeSpan.FromMilliseconds(1));
        timer.Elapsed += (_, _) => loop = Thread.CurrentThread;
        backup.Star.Poller.Add(timer);
        Wait.Until(() => loop is not null, "the loop to show its thread");

        primary.Dispose();
        backup.Dispose();
        backup.Dispose();

        loop!.IsAlive.Should().BeFalse();
        var ports = backup.Ports;
        Wait.Until(
            () => new[] { ports.PrimaryState, ports.PrimaryVoter, ports.BackupState, ports.BackupVoter }.All(Ports.IsFree),
            "all ports to be free again");
        backup.Star.Poller.IsDisposed.Should().BeTrue();
    }

    [Fact]
    public void Dispose_without_a_start_frees_the_ports_and_completes()
    {
        var ports = PairPorts.New();
        var node = new TestNode(Primary, ports);

        node.Dispose();

        Wait.Until(() => Ports.IsFree(ports.PrimaryState) && Ports.IsFree(ports.PrimaryVoter), "the ports to be free");
        node.Star.Completion.IsCompleted.Should().BeTrue();
        node.Star.Invoking(star => star.Start()).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Dispose_on_the_pollers_thread_is_refused()
    {
        using var node = new TestNode(Primary, PairPorts.New());
        Exception? refusal = null;
        var timer = new NetMQTimer(TimeSpan.FromMilliseconds(1));
        timer.Elapsed += (_, _) => refusal ??= Record.Exception(node.Star.Dispose);
        node.Star.Poller.Add(timer);

        node.Started();

        Wait.Until(() => refusal is not null, "Dispose to be tried");
        refusal.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("Stop");
    }

    [Fact]
    public void Callbacks_add_and_remove_timers_whatever_woke_the_node()
    {
        // A lone primary remembers the vote, and becomes active by its timer; so does one whose lease has run out give up.
        using var node = new TestNode(Primary, PairPorts.New());
        var timer = new NetMQTimer(TimeSpan.FromMilliseconds(1));
        var ticks = 0;
        timer.Elapsed += (_, _) => ticks++;
        node.Star.BecameActive += (_, _) => node.Star.Poller.Add(timer);
        node.Star.LeftActive += (_, _) => node.Star.Poller.Remove(timer);
        using var client = Client.Of(node.Started());

        client.AskUntilAnswered();
        Wait.Until(() => ticks > 0, "the timer to be served");
        new Task(() => Thread.Sleep(2 * TestNode.Failover)).Start(node.Star.Poller);
        Wait.Until(() => node.Changes.Any(change => change.Reason == BinaryStarChangeReason.LeaseExpired), "the lease to run out");
        client.AskUntilAnswered();

        node.Star.Completion.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public void A_node_starts_inside_a_timers_callback_on_a_running_poller()
    {
        using var poller = new NetMQPoller();
        using var node = new TestNode(Primary, PairPorts.New(), poller: poller);
        var timer = new NetMQTimer(TimeSpan.FromMilliseconds(1));
        timer.Elapsed += (_, _) =>
        {
            timer.Enable = false;
            node.Star.Start();
        };
        poller.Add(timer);
        poller.RunAsync();
        using var client = Client.Of(node);

        client.AskUntilAnswered();

        poller.IsRunning.Should().BeTrue();
    }

    [Fact]
    public void Options_that_change_after_the_construction_have_no_effect()
    {
        BinaryStarOptions? options = null;
        string[] remotes = ["tcp://127.0.0.1:1"];
        using var node = new TestNode(Primary, PairPorts.New(), given =>
        {
            options = given;
            given.RemoteEndpoints = remotes;
        });

        options!.Role = Backup;
        options.FailoverTimeout = TimeSpan.Zero;
        remotes[0] = "nonsense";
        node.Started();

        Wait.Until(() => node.HasLogged(100), "the start to be logged");
        node.Logged.Single(record => record.Id.Id == 100).Message.Should().Contain("Primary").And.Contain("tcp://127.0.0.1:1,").And.Contain(TestNode.Failover.ToString());
        node.Star.Status.Role.Should().Be(Primary);
    }

    [Fact]
    public void A_node_that_failed_while_active_is_active_no_more()
    {
        using var node = new TestNode(
            Primary, PairPorts.New(), TestNode.EndedByHandler, _ => throw new InvalidOperationException("fails")).Started();
        using var client = Client.Of(node);

        Wait.Until(() => !client.Ask() && node.Star.Completion.IsCompleted, "the node to fail");

        node.Changes.Last().NewState.Should().Be(BinaryStarState.Active);
        node.Star.State.Should().Be(BinaryStarState.Yielding);
        node.Star.Status.State.Should().Be(BinaryStarState.Yielding);
    }

    [Fact]
    public void The_application_adds_sockets_and_timers_before_the_start_and_while_the_node_runs()
    {
        using var node = new TestNode(Primary, PairPorts.New());
        var ticks = 0;
        var timer = new NetMQTimer(TimeSpan.FromMilliseconds(1));
        timer.Elapsed += (_, _) => ticks++;
        node.Star.Poller.Add(timer);
        node.Started();
        using var pull = new PullSocket();
        using var push = new PushSocket();
        var port = pull.BindRandomPort("tcp://127.0.0.1");
        push.Connect($"tcp://127.0.0.1:{port}");
        string? got = null;
        pull.ReceiveReady += (_, e) => got = e.Socket.ReceiveFrameString();

        Wait.Until(() => node.Star.Poller.IsRunning, "the poller to run: just before it does, a socket that is added from here may be overlooked");
        node.Star.Poller.Add(pull);
        push.SendFrame("hello");

        Wait.Until(() => ticks > 3 && got == "hello", "the timer and the socket to be served");
        node.Star.Poller.Remove(pull);
        node.Dispose();
    }

    [Fact]
    public void Events_come_in_order_on_the_pollers_thread_before_the_first_request_of_the_term()
    {
        var happened = new List<string>();
        var threads = new HashSet<int>();
        void Note(string what)
        {
            happened.Add(what);
            threads.Add(Environment.CurrentManagedThreadId);
        }

        using var node = new TestNode(Primary, PairPorts.New(), handler: socket =>
        {
            Note("request");
            TestNode.Echo(socket);
        });
        node.Star.StateChanged += (_, e) => Note($"{e.PreviousState} to {e.NewState}");
        node.Star.BecameActive += (_, _) => Note("active");
        node.Star.LeftActive += (_, _) => Note("left active");
        node.Star.BecamePassive += (_, _) => Note("passive");
        node.Started();
        using var client = Client.Of(node);
        client.AskUntilAnswered();
        node.Dispose();

        happened.Should().StartWith(["Primary to Active", "active", "request"]);
        happened.Should().EndWith(["Active to Yielding", "left active"]);
        threads.Should().ContainSingle();
    }

    [Fact]
    public void Status_is_readable_from_any_thread_and_consistent()
    {
        var (primary, backup) = TestNode.StartedPair();
        using var one = primary;
        using var other = backup;

        var status = backup.Star.Status;

        status.Role.Should().Be(Backup);
        status.State.Should().Be(BinaryStarState.Passive);
        status.PeerState.Should().Be(BinaryStarState.Active);
        status.PeerAlive.Should().BeTrue();
        status.PeerLastReceived.Should().BeGreaterThanOrEqualTo(TimeSpan.Zero);
        status.StatesReceived.Should().BeGreaterThan(0);
        status.StatesPublished.Should().BeGreaterThan(0);
    }
}
