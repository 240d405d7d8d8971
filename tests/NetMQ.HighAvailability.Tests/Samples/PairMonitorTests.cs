using System.Text.Json;
using System.Text.RegularExpressions;
using NetMQ.HighAvailability.Tests.Support;
using Processes;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>The monitor's verdict as a script gets it.</summary>
public sealed class PairMonitorTests
{
    [Fact]
    public void A_whole_pair_is_healthy_and_one_without_its_backup_a_warning_and_the_nodes_do_not_mind()
    {
        var (primary, backup) = TestNode.StartedPair(TestNode.Calm);
        using var one = primary;

        using (backup) Once(primary.Ports).Should().Be((0, "healthy", "active", "passive"));
        Once(primary.Ports).Should().Be((1, "warning", "active", "never received"));

        primary.HasLogged(404).Should().BeTrue("the backup subscribed");
        primary.Star.Status.GarbageReceived.Should().Be(0);
    }

    [Fact]
    public void Of_a_pair_with_an_arbiter_the_tokens_are_shown_and_by_what_the_active_node_serves()
    {
        var arbiter = new InMemoryArbiter();
        var (primary, backup) = TestNode.StartedPair(options =>
        {
            TestNode.Calm(options);
            (options.Name, options.Arbiter) = ("monitored", arbiter);
        });
        using var one = primary;
        Wait.Until(() => primary.Star.Status.Arbiter!.ServesBy == BinaryStarMandate.Peer && backup.Star.Status.Arbiter!.Token == 1, "the pair to be whole");
        using var monitor = Monitor(primary.Ports);
        using (backup)
        {
            WaitForLine(monitor, "primary: .*active, token 1, by its peer's promise$");
            WaitForLine(monitor, "backup: .*passive$");
            Arbiter(primary.Ports).Should().Be((0, 1, "peer", 1, null));
        }

        WaitForLine(monitor, "primary: .*active, token 1, by the arbiter's lease$");
        Arbiter(primary.Ports).Should().Be((1, 1, "lease", null, null));
        monitor.Lines.Should().NotContain(line => line.Contains("ALARM"));
    }

    [Theory]
    [InlineData("--failover-timeout soon")]
    [InlineData("--failover-timeout 59")]
    [InlineData("--primary localhost")]
    public void Bad_usage_exits_with_3_and_says_what_is_wrong(string arguments)
    {
        using var monitor = SampleProcess.Start("PairMonitor", arguments.Split(' '));

        monitor.WaitForExit().Should().Be(3);

        monitor.Errors[0].Should().StartWith("error: ").And.Contain(arguments.Split(' ')[0]);
        monitor.Errors.Should().Contain(line => line.StartsWith("Usage:"));
    }

    [Theory]
    [InlineData("3", "3", "active", "active")]
    [InlineData("4", "4", "passive", "passive")]
    public void Two_actives_or_none_are_critical(string primaryMessage, string backupMessage, string primaryState, string backupState)
    {
        var ports = PairPorts.New();
        using var primary = new RawPeer(ports.PrimaryState);
        using var backup = new RawPeer(ports.BackupState);
        using var end = new CancellationTokenSource();
        var publishing = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                primary.Publish(primaryMessage);
                backup.Publish(backupMessage);
                await Task.Delay(50);
            }
        });

        var verdict = Once(ports);
        end.Cancel();
        Wait.For(publishing, "the peers to stop publishing");

        verdict.Should().Be((2, "critical", primaryState, backupState));
    }

    [Fact]
    public void A_node_that_has_published_nothing_since_the_other_became_active_is_not_a_second_active_one()
    {
        var ports = PairPorts.New();
        using var crashed = new RawPeer(ports.PrimaryState);
        using var successor = new RawPeer(ports.BackupState);
        using var monitor = Monitor(ports, "--once", "--failover-timeout", "5000");
        crashed.Subscribed().Publish("3");
        successor.Subscribed();

        while (!monitor.HasExited)
        {
            successor.Publish("3");
            Thread.Sleep(50);
        }

        Verdict(monitor).Code.Should().Be(1, "one node serves and nobody stands by");
    }

    [Fact]
    public void A_crash_that_is_detected_at_once_raises_no_alarm()
    {
        string[] patient = ["--heartbeat", "500", "--failover-timeout", "600000", "--detect-crash"];
        var ports = PairPorts.New();
        using var primary = new EchoServerProcess(BinaryStarRole.Primary, ports, patient);
        using var backup = new EchoServerProcess(BinaryStarRole.Backup, ports, patient);
        primary.WaitFor("active");
        backup.WaitFor("passive");
        using var monitor = Monitor(ports, "--failover-timeout", "10000");
        WaitForLine(monitor, "primary: .*active$");
        WaitForLine(monitor, "backup: .*passive$");

        primary.Process.Kill();
        backup.Client.AskUntilAnswered();
        WaitForLine(monitor, "backup: passive → active$");
        WaitForLine(monitor, "primary: .*silent$"); // the failover timeout that the monitor was given has passed

        monitor.Lines.Should().NotContain(line => line.Contains("ALARM"));
    }

    [Fact]
    public void Two_servers_that_are_both_active_raise_the_alarm()
    {
        // Each connects to a port on which nobody publishes, as if the link between them were cut.
        var (ports, nowhere) = (PairPorts.New(), PairPorts.New());
        using var primary = Isolated(BinaryStarRole.Primary);
        using var backup = Isolated(BinaryStarRole.Backup);
        using var monitor = Monitor(ports);
        primary.Client.AskUntilAnswered();
        backup.WaitFor("backup");
        Wait.Until(
            () =>
            {
                backup.Process.Promote();
                return SpinWait.SpinUntil(() => backup.Process.State == "active", TimeSpan.FromMilliseconds(100));
            },
            $"the promotion; {backup}");

        WaitForLine(monitor, "ALARM: both nodes are active");
        Once(ports).Should().Be((2, "critical", "active", "active"));

        EchoServerProcess Isolated(BinaryStarRole role) =>
            new(role, new PairPorts(
                role == BinaryStarRole.Primary ? ports.PrimaryState : nowhere.PrimaryState,
                role == BinaryStarRole.Backup ? ports.BackupState : nowhere.BackupState,
                ports.PrimaryVoter, ports.BackupVoter));
    }

    [Fact]
    public void Keys_are_made_once()
    {
        using var folder = new TempFolder();
        using var first = SampleProcess.Start("PairMonitor", ["keys", "primary", "--folder", folder.FullName]);
        first.WaitForExit().Should().Be(0);
        using var second = SampleProcess.Start("PairMonitor", ["keys", "primary", "--folder", folder.FullName]);
        second.WaitForExit().Should().Be(3);

        CurveKeyFile.Load(folder.File("primary.key_secret")).HasSecretKey.Should().BeTrue();
    }

    private static void WaitForLine(SampleProcess monitor, string pattern)
    {
        try
        {
            Wait.Until(() => monitor.Lines.Any(line => Regex.IsMatch(line, pattern)), $"a line like '{pattern}'");
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; the monitor printed: {string.Join(" | ", monitor.Lines)}; and: {string.Join(" | ", monitor.Errors)}");
        }
    }

    private static SampleProcess Monitor(PairPorts ports, params string[] more) => SampleProcess.Start("PairMonitor",
        ["--primary", $"tcp://127.0.0.1:{ports.PrimaryState}", "--backup", $"tcp://127.0.0.1:{ports.BackupState}", .. more]);

    private static (int Code, string? Status, string? Primary, string? Backup) Once(PairPorts ports)
    {
        using var monitor = Monitor(ports, "--once");
        return Verdict(monitor);
    }

    private static (int Code, long? PrimaryToken, string? PrimaryServesBy, long? BackupToken, string? BackupServesBy) Arbiter(PairPorts ports)
    {
        using var monitor = Monitor(ports, "--once");
        var code = monitor.WaitForExit();
        using var json = JsonDocument.Parse(string.Join('\n', monitor.Lines));
        var nodes = json.RootElement.GetProperty("nodes").EnumerateArray().Select(node => (node.GetProperty("token").Deserialize<long?>(), node.GetProperty("servesBy").GetString())).ToList();
        return (code, nodes[0].Item1, nodes[0].Item2, nodes[1].Item1, nodes[1].Item2);
    }

    private static (int Code, string? Status, string? Primary, string? Backup) Verdict(SampleProcess monitor)
    {
        var code = monitor.WaitForExit();
        using var json = JsonDocument.Parse(string.Join('\n', monitor.Lines));
        var nodes = json.RootElement.GetProperty("nodes");
        return (code, json.RootElement.GetProperty("status").GetString(), nodes[0].GetProperty("state").GetString(), nodes[1].GetProperty("state").GetString());
    }
}
