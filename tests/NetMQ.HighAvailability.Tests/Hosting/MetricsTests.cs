using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Hosting;

/// <summary>What a node measures, as a listener gets it. Each pair has a name of its own, whatever else runs.</summary>
public sealed class MetricsTests
{
    private readonly string pair = Guid.NewGuid().ToString();

    [Fact]
    public void The_state_is_1_for_the_present_one_and_0_for_the_others()
    {
        using var collector = Collector<long>("binarystar.state");
        using var nodes = new Pair(pair);

        var primary = Of(collector, "primary");
        collector.Clear();
        var backup = Of(collector, "backup");

        primary.Should().ContainSingle(m => m.Value == 1).Which.Tags["binarystar.state"].Should().Be("active");
        backup.Should().ContainSingle(m => m.Value == 1).Which.Tags["binarystar.state"].Should().Be("passive");
        primary.Should().HaveCount(Enum.GetValues<BinaryStarState>().Length);
    }

    [Fact]
    public void Votes_are_counted_by_whether_they_were_accepted()
    {
        using var collector = Collector<long>("binarystar.votes");
        using var nodes = new Pair(pair);
        using var toActive = Client.Of(nodes.Primary);
        using var toPassive = Client.Of(nodes.Backup);

        toActive.AskUntilAnswered();
        toPassive.Ask();
        Wait.Until(() => nodes.Backup.Star.Status.VotesRejected == 1, "the vote to be rejected");

        Value(collector, "primary", "binarystar.vote.accepted", true).Should().Be(nodes.Primary.Star.Status.VotesAccepted).And.BePositive();
        Value(collector, "backup", "binarystar.vote.accepted", true).Should().Be(0);
        Value(collector, "backup", "binarystar.vote.accepted", false).Should().Be(1);
    }

    [Fact]
    public void Failed_requests_are_counted_by_reason_and_undeliverable_replies_too()
    {
        using var failed = Collector<long>("binarystar.requests.failed");
        using var undeliverable = Collector<long>("binarystar.replies.undeliverable");
        var calls = 0;
        using var nodes = new Pair(pair, primaryHandler: socket =>
        {
            switch (calls++)
            {
                case < 2: throw new InvalidOperationException("fails");
                case 2: socket.SendMoreFrameEmpty(); break;
                case 3: socket.SendFrame("without an envelope"); break;
                default: TestNode.Echo(socket); break;
            }
        });
        using var client = Client.Of(nodes.Primary);

        for (var i = 0; i < 4; i++) client.Socket.SendFrame("fails");
        client.AskUntilAnswered();
        Wait.Until(() => nodes.Primary.Star.Status.RepliesUndeliverable > 0, "the counts to be seen");

        Value(failed, "primary", "binarystar.reason", "exception").Should().Be(2);
        Value(failed, "primary", "binarystar.reason", "unfinished_reply").Should().Be(1);
        Of(undeliverable, "primary")[^1].Value.Should().Be(1);
    }

    [Fact]
    public async Task Transitions_are_counted_by_cause_and_a_failover_with_its_duration()
    {
        using var transitions = Collector<long>("binarystar.transitions");
        using var failovers = Collector<double>("binarystar.failover.duration");
        using var nodes = new Pair(
            pair, TestNode.EndedByHandler, primaryHandler: _ => throw new InvalidOperationException("dies"));
        using var toPrimary = Client.Of(nodes.Primary);
        using var toBackup = Client.Of(nodes.Backup);

        toPrimary.Ask();
        await Task.WhenAny(nodes.Primary.Star.Completion);
        toBackup.AskUntilAnswered();

        var last = Of(transitions, "backup")[^1];
        last.Value.Should().Be(1);
        last.Tags["binarystar.cause"].Should().Be("peer_silent");
        last.Tags["binarystar.state.from"].Should().Be("passive");
        last.Tags["binarystar.state.to"].Should().Be("active");
        var failover = Of(failovers, "backup").Should().ContainSingle().Subject;
        failover.Value.Should().BeGreaterThanOrEqualTo(TestNode.Failover.TotalSeconds);
    }

    [Fact]
    public void What_wakes_operators_is_counted_from_0_on()
    {
        using var transitions = Collector<long>("binarystar.transitions");
        using var nodes = new Pair(pair);

        var zeros = Of(transitions, "backup").Where(m => m.Value == 0).Select(m => m.Tags["binarystar.cause"]);
        zeros.Distinct().Should().BeEquivalentTo(["peer_silent", "peer_crashed", "lease_expired", "mandate_lost", "dual_active"]);
    }

    [Fact]
    public void Silence_messages_and_garbage_follow_the_peer()
    {
        using var silence = Collector<double>("binarystar.peer.silence");
        using var paths = Collector<double>("binarystar.path.silence");
        using var messages = Collector<long>("binarystar.messages");
        using var ignored = Collector<long>("binarystar.messages.ignored");
        using var redials = Collector<long>("binarystar.redials");
        var ports = PairPorts.New();
        using var peer = new RawPeer(ports.BackupState);
        using var node = new TestNode(BinaryStarRole.Primary, ports, options => options.Name = pair).Started();
        peer.Subscribed();
        Of(silence, "primary").Should().BeEmpty("no message of the peer was received");

        peer.PublishUntil("nonsense", () => node.Star.Status.GarbageReceived > 0, "garbage");
        peer.PublishUntil("4", () => node.Star.Status.StatesReceived > 0, "a state");

        Value(messages, "primary", "network.io.direction", "receive").Should().BePositive();
        Value(messages, "primary", "network.io.direction", "transmit").Should().BePositive();
        Value(ignored, "primary", "binarystar.reason", "garbage").Should().BePositive();
        Of(paths, "primary").Should().ContainSingle().Which.Tags["binarystar.path"].Should().Be($"tcp://127.0.0.1:{ports.BackupState}");
        Wait.Until(() => Of(silence, "primary")[^1].Value > TestNode.Failover.TotalSeconds, "the silence to grow");
        Wait.Until(() => Of(redials, "primary")[^1].Value > 0, "a redial");
    }

    [Fact]
    public void Durations_are_recorded_while_somebody_listens()
    {
        using var turns = Collector<double>("binarystar.turn.duration");
        using var handlers = Collector<double>("binarystar.handler.duration");
        using var late = Collector<double>("binarystar.heartbeat.lateness");
        using var interruptions = Collector<long>("binarystar.interruptions");
        var slow = TestNode.Heartbeat;
        using var nodes = new Pair(pair, primaryHandler: socket =>
        {
            Thread.Sleep(slow);
            TestNode.Echo(socket);
        });
        using var client = Client.Of(nodes.Primary);

        Wait.Until(
            () =>
            {
                client.Ask();
                return nodes.Primary.Star.Status.VotesAccepted > 0;
            },
            "a request to be served");
        Wait.Until(() => Of(turns, "primary").Any(m => m.Value > 0.9 * slow.TotalSeconds), "the slow turn");

        Of(handlers, "primary").Should().Contain(m => m.Value > 0.9 * slow.TotalSeconds);
        Of(late, "backup").Should().NotBeEmpty().And.OnlyContain(m => m.Value >= 0);
        Of(interruptions, "primary").Should().NotBeEmpty();
    }

    [Fact]
    public void A_node_that_has_ended_is_measured_no_more()
    {
        using var collector = Collector<long>("binarystar.state");
        using (new Pair(pair)) Of(collector, "primary").Should().NotBeEmpty();
        collector.Clear();

        Of(collector, "primary").Should().BeEmpty();
    }

    private static MetricCollector<T> Collector<T>(string instrument)
        where T : struct => new(null, BinaryStar.MeterName, instrument);

    private List<CollectedMeasurement<T>> Of<T>(MetricCollector<T> collector, string role)
        where T : struct
    {
        collector.RecordObservableInstruments();
        return collector.GetMeasurementSnapshot()
            .Where(m => Equals(m.Tags["binarystar.name"], pair) && Equals(m.Tags["binarystar.role"], role))
            .ToList();
    }

    private long Value(MetricCollector<long> collector, string role, string tag, object value) =>
        Of(collector, role).Last(m => Equals(m.Tags[tag], value)).Value;

    private sealed class Pair : IDisposable
    {
        public Pair(string name, Action<BinaryStarOptions>? configure = null, Action<VoterSocket>? primaryHandler = null) =>
            (Primary, Backup) = TestNode.StartedPair(
                options =>
                {
                    options.Name = name;
                    configure?.Invoke(options);
                },
                primaryHandler);

        public TestNode Primary { get; }

        public TestNode Backup { get; }

        public void Dispose()
        {
            Primary.Dispose();
            Backup.Dispose();
        }
    }
}
