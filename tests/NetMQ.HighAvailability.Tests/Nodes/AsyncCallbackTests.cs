using System.Collections.Concurrent;
using NetMQ.HighAvailability.Tests.Clients;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Callbacks that are <c>async void</c>: what they throw is not lost, and ends no process.</summary>
public sealed class AsyncCallbackTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_an_async_void_handler_throws_is_reported_and_the_node_goes_on(bool afterAwait)
    {
        async void Handle(VoterSocket socket)
        {
            TestNode.Echo(socket);
            if (afterAwait) await Task.Delay(1);
            throw new InvalidDataException("from the handler");
        }

        Exception? reported = null;
        using var node = new TestNode(Primary, PairPorts.New(), handler: Handle);
        node.Star.RequestFailed += (_, e) => reported = e.Exception;
        using var client = Client.Of(node.Started());
        client.AskUntilAnswered();

        Wait.Until(() => node.Star.Status.RequestsFailed > 0, "the exception to be counted");
        client.AskUntilAnswered();
        reported.Should().BeOfType<InvalidDataException>();
        node.HasLogged(311).Should().BeTrue();
        node.Star.Completion.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public void Under_EndNode_what_an_async_void_handler_throws_ends_the_node()
    {
        async void Handle(VoterSocket socket)
        {
            TestNode.Echo(socket);
            await Task.Yield();
            throw new InvalidDataException("from the handler");
        }

        static void Configure(BinaryStarOptions options)
        {
            TestNode.Calm(options);
            TestNode.EndedByHandler(options);
        }

        using var node = new TestNode(Primary, PairPorts.New(), Configure, Handle).Started();
        using var client = Client.Of(node);

        Wait.Until(() => (client.Ask() && false) || node.Star.Completion.IsCompleted, "the node to end");

        node.Star.Completion.Exception!.InnerException.Should().BeOfType<InvalidDataException>();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_an_async_void_event_callback_throws_ends_the_node(bool afterAwait)
    {
        using var node = new TestNode(Primary, PairPorts.New());
        node.Star.BecameActive += async (_, _) =>
        {
            if (afterAwait) await Task.Delay(1);
            throw new InvalidDataException("from the callback");
        };
        using var client = Client.Of(node.Started());

        Wait.Until(() => (client.Ask() && false) || node.Star.Completion.IsCompleted, "the node to end");

        node.Star.Completion.Exception!.InnerException.Should().BeOfType<InvalidDataException>();
    }

    [Fact]
    public void An_await_in_a_callback_or_handler_resumes_on_the_pollers_thread()
    {
        var threads = new ConcurrentBag<int>();
        async void Note()
        {
            threads.Add(Environment.CurrentManagedThreadId);
            for (var i = 0; i < 3; i++)
            {
                await Task.Delay(1);
                threads.Add(Environment.CurrentManagedThreadId);
            }
        }

        using var node = new TestNode(Primary, PairPorts.New(), handler: socket =>
        {
            Note();
            TestNode.Echo(socket);
        });
        node.Star.StateChanged += (_, _) => Note();
        using var client = Client.Of(node.Started());

        client.AskUntilAnswered();
        Wait.Until(() => threads.Count >= 8, "both to resume");

        threads.Distinct().Should().ContainSingle();
    }

    [Fact]
    public void What_an_async_void_callback_throws_after_the_end_of_the_node_is_logged()
    {
        var late = new TaskCompletionSource();
        var node = new TestNode(Primary, PairPorts.New());
        node.Star.LeftActive += async (_, _) =>
        {
            await late.Task;
            throw new InvalidDataException("from the callback");
        };
        using (node)
        {
            using var client = Client.Of(node.Started());
            client.AskUntilAnswered();
        }

        late.SetResult();

        Wait.Until(() => node.HasLogged(313), "the exception to be logged");
        node.Star.Completion.IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public void What_waits_to_resume_when_the_node_ends_still_runs_and_is_observed()
    {
        var release = new TaskCompletionSource();
        var finished = false;
        using var node = new TestNode(Primary, PairPorts.New());
        node.Star.BecameActive += async (_, _) =>
        {
            await release.Task;
            finished = true;
            throw new InvalidDataException("from the callback");
        };
        using var client = Client.Of(node.Started());
        client.AskUntilAnswered();

        // The node fails in the same turn in which the callback could go on: its command comes too late.
        new Task(() =>
        {
            new Thread(release.SetResult).Start();
            node.Star.Poller.Stop();
        }).Start(node.Star.Poller);

        Wait.Until(() => finished && node.Star.Completion.IsCompleted, "the callback to go on and the node to end");
        Wait.Until(() => node.HasLogged(313) || node.Star.Completion.IsFaulted, "its exception to be observed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_an_async_void_callback_of_the_client_throws_is_logged(bool afterAwait)
    {
        var ports = PairPorts.New();
        using var node = new TestNode(Primary, ports).Started();
        await using var client = TestClient.Of(ports);
        client.Client.ServerChanged += async (_, _) =>
        {
            if (afterAwait) await Task.Delay(1);
            throw new InvalidDataException("from the callback");
        };

        await client.Ask();

        Wait.Until(() => client.LogCount(524) == 1, "the exception to be logged");
    }
}
