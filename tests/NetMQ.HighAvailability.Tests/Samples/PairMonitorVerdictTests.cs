using PairMonitor;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>What the monitor concludes from which node published what, and when.</summary>
public sealed class PairMonitorVerdictTests
{
    private readonly Pair pair = new(NewNode("primary"), NewNode("backup"));
    private int now;

    [Fact]
    public void Two_nodes_are_both_active_when_each_has_published_so_after_the_other_began_to()
    {
        Primary("3");
        Backup("3");
        pair.AreBothActive.Should().BeFalse("the primary may have died before");

        Primary("3");

        pair.AreBothActive.Should().BeTrue();
        Verdict.Of(pair).Severity.Should().Be(Severity.Critical);
    }

    [Fact]
    public void A_crashed_node_and_its_successor_are_not_both_active()
    {
        Primary("3");
        Backup("4");
        Primary("3");
        for (var i = 0; i < 3; i++)
        {
            Backup("3");
            pair.AreBothActive.Should().BeFalse();
        }

        pair.StateOf(pair.Primary).Should().Be("superseded");
        pair.StateOf(pair.Backup).Should().Be("active");
        Verdict.Of(pair).Should().Be(new Verdict(Severity.Warning, "One node serves, and there is no standby."));
    }

    [Fact]
    public void What_arrives_in_one_look_has_no_order()
    {
        Primary("3");
        Tick();
        pair.Backup.Receive(BinaryStarState.Active, null, BinaryStarMandate.None, Time);
        pair.Primary.Receive(BinaryStarState.Active, null, BinaryStarMandate.None, Time);
        See();
        pair.AreBothActive.Should().BeFalse("the primary's may be the older one");

        Backup("3");
        pair.AreBothActive.Should().BeFalse();

        Primary("3");
        pair.AreBothActive.Should().BeTrue();
    }

    [Fact]
    public void A_node_that_was_passive_meanwhile_begins_anew()
    {
        Primary("3");
        Backup("3");
        Backup("4");
        Primary("3");
        Backup("3");

        pair.AreBothActive.Should().BeFalse();
    }

    [Fact]
    public void A_node_that_falls_silent_is_not_active_beside_the_other()
    {
        Primary("3");
        Backup("3");
        Primary("3");
        now += 2_000;
        Backup("3");

        pair.AreBothActive.Should().BeFalse();
        pair.StateOf(pair.Primary).Should().Be("silent");
    }

    private TimeSpan Time => TimeSpan.FromMilliseconds(now);

    private static Node NewNode(string role) => new(role, "tcp://127.0.0.1:1", key: null, TimeSpan.FromSeconds(2));

    private void Primary(string state) => Receive(pair.Primary, state);

    private void Backup(string state) => Receive(pair.Backup, state);

    private void Receive(Node node, string state)
    {
        Tick();
        node.Receive((BinaryStarState)(state[0] - '0'), null, BinaryStarMandate.None, Time);
        See();
    }

    private void Tick() => now += 20;

    private void See() => (pair.Primary.Now, pair.Backup.Now) = (Time, Time);
}
