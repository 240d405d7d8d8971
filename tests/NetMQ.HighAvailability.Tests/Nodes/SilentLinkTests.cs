using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>A pair that never meets is reported, with the endpoints and the likely causes.</summary>
public sealed class SilentLinkTests
{
    private readonly PairPorts ports = PairPorts.New();
    private readonly NetMQCertificate primaryKeys = new();
    private readonly NetMQCertificate backupKeys = new();

    [Fact]
    public void With_the_wrong_ports_on_both_sides_each_node_warns_once_and_names_its_endpoints()
    {
        using var primary = new TestNode(Primary, ports, WrongRemote).Started();
        using var backup = new TestNode(Backup, ports, WrongRemote).Started();

        foreach (var node in new[] { primary, backup })
        {
            WaitForEvent(node, 320);
            var warning = Warning(node, 320);
            warning.Should().Contain($"{ports.State(node.Star.Status.Role)}").And.Contain($"{ports.PrimaryVoter}");
            warning.Should().Contain("running").And.Contain("port").And.Contain("firewall").And.NotContain("CURVE");
        }

        var published = backup.Star.Status.StatesPublished;
        Wait.Until(() => backup.Star.Status.StatesPublished > published + 30, "thirty more heartbeats");
        backup.LogCount(320).Should().Be(1);
        backup.HasLogged(306).Should().BeFalse();
        backup.HasLogged(307).Should().BeFalse();
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void With_keys_on_one_side_only_both_nodes_warn_and_the_one_with_keys_names_them(BinaryStarRole keyed)
    {
        using var withKeys = new TestNode(keyed, ports, keyed == Primary ? SecurePrimary : SecureBackup).Started();
        using var without = new TestNode(TestNode.Other(keyed), ports).Started();

        WaitForEvent(withKeys, 320);
        WaitForEvent(without, 320);

        Warning(withKeys, 320).Should().Contain("CURVE").And.Contain("one side only").And.Contain("PeerCertificate");
        Warning(without, 320).Should().NotContain("PeerCertificate");
    }

    [Fact]
    public void With_a_wrong_key_on_one_side_the_warnings_of_both_nodes_name_the_keys()
    {
        using var mistaken = new TestNode(Primary, ports, options =>
        {
            SecurePrimary(options);
            options.PeerCertificate = PublicOf(new NetMQCertificate());
        }).Started();
        using var right = new TestNode(Backup, ports, SecureBackup).Started();

        // Each proves its key to the other, so the link works in both directions or in none.
        foreach (var node in new[] { mistaken, right })
        {
            WaitForEvent(node, 320);
            WaitForEvent(node, 340);
            Warning(node, 320).Should().Contain("PeerCertificate").And.Contain("firewall").And.Contain($"{ports.BackupState}");
            Warning(node, 340).Should().Contain("key");
        }
    }

    [Fact]
    public void A_peer_that_comes_late_is_reported_when_it_is_there_after_all()
    {
        using var backup = new TestNode(Backup, ports).Started();
        WaitForEvent(backup, 320);
        backup.HasLogged(321).Should().BeFalse();

        using var primary = new TestNode(Primary, ports).Started();

        WaitForEvent(backup, 321);
        backup.Logged.Single(record => record.Id.Id == 321).Level.Should().Be(LogLevel.Information);
        primary.WaitFor(BinaryStarState.Active);
        primary.HasLogged(321).Should().BeFalse("nothing was amiss before");
    }

    [Fact]
    public void A_subscriber_that_is_not_the_peer_is_named_among_the_causes()
    {
        var (primary, backup) = TestNode.StartedPair();
        using var one = primary;
        using var program = new Sockets.SubscriberSocket();
        program.SubscribeToAnyTopic();
        program.Connect($"tcp://127.0.0.1:{primary.Ports.PrimaryState}");
        Wait.Until(() => program.TryReceiveFrameString(TimeSpan.FromMilliseconds(20), out _), "the monitoring program to receive the state");

        backup.Dispose();
        WaitForEvent(primary, 307);

        Warning(primary, 307).Should().Contain("the peer is running").And.Contain("any subscriber counts").And.NotContain("PeerCertificate");
    }

    [Fact]
    public void A_lone_backup_that_rejects_requests_logs_once_what_it_waits_for()
    {
        using var backup = new TestNode(Backup, ports).Started();
        using var client = Client.Of(backup);

        Wait.Until(() => !client.Ask() && backup.HasLogged(204), "the backup to log what it waits for");
        client.Ask().Should().BeFalse();

        var record = backup.Logged.Single(record => record.Id.Id == 204);
        record.Level.Should().Be(LogLevel.Information);
        record.Message.Should().Contain("primary").And.Contain("PromoteAsync");
    }

    [Fact]
    public void A_lone_backup_without_requests_and_a_backup_with_its_primary_log_nothing_of_the_kind()
    {
        var (primary, backup) = TestNode.StartedPair();
        using var one = primary;
        using var other = backup;
        using var alone = new TestNode(Backup, ports).Started();
        using var client = Client.Of(backup);

        client.Ask();
        WaitForEvent(alone, 320);

        backup.HasLogged(204).Should().BeFalse();
        alone.HasLogged(204).Should().BeFalse();
    }

    private static void WaitForEvent(TestNode node, int id) =>
        Wait.Until(() => node.HasLogged(id), $"event {id} of the {node.Star.Status.Role}");

    private static string Warning(TestNode node, int id)
    {
        var record = node.Logged.First(record => record.Id.Id == id);
        record.Level.Should().Be(LogLevel.Warning);
        return record.Message;
    }

    private void WrongRemote(BinaryStarOptions options) => options.RemoteEndpoints = [$"tcp://127.0.0.2:{ports.PrimaryVoter}"];

    private void SecurePrimary(BinaryStarOptions options) => (options.Certificate, options.PeerCertificate) = (primaryKeys, PublicOf(backupKeys));

    private void SecureBackup(BinaryStarOptions options) => (options.Certificate, options.PeerCertificate) = (backupKeys, PublicOf(primaryKeys));

    private static NetMQCertificate PublicOf(NetMQCertificate keys) => NetMQCertificate.FromPublicKey(keys.PublicKey);
}
