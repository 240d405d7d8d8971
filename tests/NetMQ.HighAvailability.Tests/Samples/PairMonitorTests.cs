using System.Text.Json;
using FailoverDemo;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>The monitor's verdict as a script gets it.</summary>
public sealed class PairMonitorTests
{
    [Fact]
    public void A_whole_pair_is_healthy_and_one_without_its_backup_a_warning_and_the_nodes_do_not_mind()
    {
        var (primary, backup) = TestNode.StartedPair();
        using var one = primary;

        using (backup) Once(primary.Ports).Should().Be((0, "healthy", "active", "passive"));
        Once(primary.Ports).Should().Be((1, "warning", "active", "never heard"));

        primary.HasLogged(404).Should().BeTrue("the backup subscribed");
        primary.Star.Status.GarbageReceived.Should().Be(0);
    }

    [Theory]
    [InlineData("3", "3", "active", "active")]
    [InlineData("4", "4", "passive", "passive")]
    public void Two_actives_or_none_are_critical(string primarySays, string backupSays, string primaryState, string backupState)
    {
        var ports = PairPorts.New();
        using var primary = new RawPeer(ports.PrimaryState);
        using var backup = new RawPeer(ports.BackupState);
        using var end = new CancellationTokenSource();
        var talk = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                primary.Say(primarySays);
                backup.Say(backupSays);
                await Task.Delay(50);
            }
        });

        var verdict = Once(ports);
        end.Cancel();
        Wait.For(talk, "the peers to fall silent");

        verdict.Should().Be((2, "critical", primaryState, backupState));
    }

    [Fact]
    public void Keys_are_made_once()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        using var first = SampleProcess.Start("PairMonitor", ["keys", "primary", "--folder", folder]);
        first.WaitForExit().Should().Be(0);
        using var second = SampleProcess.Start("PairMonitor", ["keys", "primary", "--folder", folder]);
        second.WaitForExit().Should().Be(3);

        CurveKeyFile.Load(Path.Combine(folder, "primary.key_secret")).HasSecretKey.Should().BeTrue();
        Directory.Delete(folder, recursive: true);
    }

    private static (int Code, string? Status, string? Primary, string? Backup) Once(PairPorts ports)
    {
        using var monitor = SampleProcess.Start("PairMonitor",
            ["--once", "--primary", $"tcp://127.0.0.1:{ports.PrimaryState}", "--backup", $"tcp://127.0.0.1:{ports.BackupState}"]);
        var code = monitor.WaitForExit();
        using var json = JsonDocument.Parse(string.Join('\n', monitor.Lines));
        var nodes = json.RootElement.GetProperty("nodes");
        return (code, json.RootElement.GetProperty("status").GetString(), nodes[0].GetProperty("state").GetString(), nodes[1].GetProperty("state").GetString());
    }
}
