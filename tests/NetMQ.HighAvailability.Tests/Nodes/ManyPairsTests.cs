using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>Any number of nodes in one process, on a poller each or several on one.</summary>
public sealed class ManyPairsTests
{
    [Fact]
    public void Fifty_pairs_share_two_pollers_and_do_not_disturb_each_other()
    {
        using var pollers = new Pollers(2);
        var primaries = new List<TestNode>();
        var backups = new List<TestNode>();
        try
        {
            for (var i = 0; i < 50; i++)
            {
                var ports = PairPorts.New();
                primaries.Add(new TestNode(Primary, ports, TestNode.Calm, poller: pollers[0]).Started());
                backups.Add(new TestNode(Backup, ports, TestNode.Calm, poller: pollers[1]).Started());
            }

            foreach (var primary in primaries) primary.WaitFor(BinaryStarState.Active);
            foreach (var backup in backups) backup.WaitFor(BinaryStarState.Passive);
            foreach (var primary in primaries.Take(10)) primary.Dispose();

            foreach (var backup in backups.Take(10))
            {
                using var client = Client.Of(backup);
                client.AskUntilAnswered();
            }

            primaries.Skip(10).Should().OnlyContain(primary => primary.State == BinaryStarState.Active);
            backups.Skip(10).Should().OnlyContain(backup => backup.State == BinaryStarState.Passive);
        }
        finally
        {
            foreach (var node in primaries.Concat(backups)) node.Dispose();
        }
    }

    [Fact]
    public void A_fault_of_one_node_leaves_the_others_on_its_poller_alone()
    {
        using var pollers = new Pollers(1);
        using var dying = new TestNode(
            Primary, PairPorts.New(), TestNode.EndedByHandler, _ => throw new InvalidDataException("dies"), pollers[0]).Started();
        using var other = new TestNode(Primary, PairPorts.New(), poller: pollers[0]).Started();
        using var toDying = Client.Of(dying);
        using var toOther = Client.Of(other);

        Wait.Until(() => toDying.Ask() || dying.Star.Completion.IsCompleted, "the node to die");
        toOther.AskUntilAnswered();

        dying.Star.Completion.Exception!.InnerException.Should().BeOfType<InvalidDataException>();
        other.State.Should().Be(BinaryStarState.Active);
        pollers[0].IsRunning.Should().BeTrue();
    }

    [Fact]
    public void Run_is_refused_on_the_applications_poller_and_a_node_outlives_a_stopped_poller()
    {
        using var pollers = new Pollers(1);
        var ports = PairPorts.New();
        var node = new TestNode(Primary, ports, poller: pollers[0]).Started();
        node.Star.Invoking(star => star.Run()).Should().Throw<InvalidOperationException>().WithMessage("*Start*");

        pollers[0].Stop();
        node.Dispose();

        node.Star.Completion.IsCompleted.Should().BeTrue();
        Wait.Until(() => Ports.IsFree(ports.PrimaryState) && Ports.IsFree(ports.PrimaryVoter), "the ports to be free");
    }

    [Fact]
    public void A_node_that_is_stopped_before_its_start_on_a_running_poller_stops_when_it_has_started()
    {
        using var pollers = new Pollers(1);
        using var node = new TestNode(Primary, PairPorts.New(), poller: pollers[0]);

        node.Star.Stop();
        using var passed = new ManualResetEventSlim();
        pollers[0].Run(passed.Set); // behind whatever the stop asked of the poller
        Wait.Until(() => passed.IsSet, "the poller to have come by");
        node.Star.Completion.IsCompleted.Should().BeFalse();
        node.Started();

        Wait.For(node.Star.Completion, "the node to stop");
        node.Star.Completion.IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public void At_NetMQs_limit_of_sockets_a_node_reports_it_and_leaves_nothing_behind()
    {
        const int socketsOfANode = 4; // all of them its poller's
        WaitForSockets(1000);
        var nodes = new Stack<TestNode>();
        try
        {
            // The sockets that the wait took and gave back are not all back in NetMQ's hands yet.
            Wait.Until(() => FillUp(nodes) && nodes.Count >= 1000 / (socketsOfANode + 1), "nodes to take all of NetMQ's sockets");
            nodes.Count.Should().BeLessThanOrEqualTo(1024 / socketsOfANode);
            for (var i = 0; i < 5; i++) nodes.Pop().Dispose();
            TestNode? again = null;
            Wait.Until(() => (again ??= TryCreate()) is not null, "sockets to be given back");
            again!.Dispose();
        }
        finally
        {
            foreach (var node in nodes) node.Dispose();
            WaitForSockets(800);
        }
    }

    [Fact]
    public void A_node_on_the_applications_poller_takes_none_of_NetMQs_sockets()
    {
        using var poller = new NetMQPoller();
        var nodes = Enumerable.Range(0, 300).Select(_ => new TestNode(Primary, PairPorts.New(), poller: poller)).ToList();

        WaitForSockets(1000);

        nodes.ForEach(node => node.Dispose());
    }

    // True: NetMQ has no socket left.
    private static bool FillUp(Stack<TestNode> nodes)
    {
        FluentActions.Invoking(() =>
        {
            while (true) nodes.Push(new TestNode(Primary, PairPorts.New()));
        }).Should().Throw<SocketLimitException>().WithMessage("*NetMQConfig.MaxSockets*");
        return true;
    }

    // For the tests to come. What NetMQ has given back is kept until there is enough: taking it anew each time would
    // use the sockets up as fast as they come.
    private static void WaitForSockets(int count)
    {
        var taken = new Stack<NetMQSocket>();
        try
        {
            Wait.Until(() => TryTake(taken) && taken.Count >= count, $"NetMQ to have taken {count} sockets back");
        }
        finally
        {
            foreach (var socket in taken) socket.Dispose();
        }
    }

    private static bool TryTake(Stack<NetMQSocket> taken)
    {
        try
        {
            taken.Push(new Sockets.PairSocket());
            return true;
        }
        catch (NetMQException)
        {
            return false;
        }
    }

    private static TestNode? TryCreate()
    {
        try
        {
            return new TestNode(Primary, PairPorts.New());
        }
        catch (SocketLimitException)
        {
            return null;
        }
    }

    /// <summary>The application's own pollers, running.</summary>
    private sealed class Pollers : IDisposable
    {
        private readonly NetMQPoller[] pollers;

        public Pollers(int count)
        {
            pollers = [.. Enumerable.Range(0, count).Select(_ => new NetMQPoller())];
            foreach (var poller in pollers) poller.RunAsync("shared", isBackgroundThread: true);
        }

        public NetMQPoller this[int index] => pollers[index];

        public void Dispose()
        {
            foreach (var poller in pollers) poller.Dispose();
        }
    }
}
