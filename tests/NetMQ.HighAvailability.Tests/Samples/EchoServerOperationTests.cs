using NetMQ.HighAvailability.Tests.Support;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>What an operator does with real EchoServer processes.</summary>
public sealed class EchoServerOperationTests
{
    [Fact]
    public void Sigusr1_hands_the_pair_over_and_back()
    {
        var (primary, backup) = EchoServerProcess.StartedPair();
        using var one = primary;
        using var other = backup;

        Switch(primary, backup);
        Switch(backup, primary);

        primary.Client.AskUntilAnswered();
        static void Switch(EchoServerProcess from, EchoServerProcess to)
        {
            // Refused until a message has shown that the peer is passive.
            Wait.Until(
                () =>
                {
                    from.Process.HandOver();
                    return SpinWait.SpinUntil(() => to.Process.State == "active", TimeSpan.FromMilliseconds(100));
                },
                $"the hand-over; {from}");
            from.WaitFor("passive");
        }
    }

    [Fact]
    public void Sigusr1_to_the_passive_server_is_refused_with_the_reason()
    {
        var (primary, backup) = EchoServerProcess.StartedPair();
        using var one = primary;
        using var other = backup;

        backup.Process.HandOver();

        Wait.Until(() => backup.Process.Errors.Contains("hand-over: NotActive"), $"the refusal; {backup}");
        backup.Process.State.Should().Be("passive");
    }

    [Fact]
    public void Sigusr2_promotes_a_backup_that_was_started_alone()
    {
        using var backup = new EchoServerProcess(Backup, PairPorts.New());
        backup.WaitFor("backup");
        backup.Client.Ask().Should().BeFalse();

        Wait.Until(
            () =>
            {
                backup.Process.Promote();
                return SpinWait.SpinUntil(() => backup.Process.State == "active", TimeSpan.FromMilliseconds(100));
            },
            $"the promotion; {backup}");

        backup.Client.AskUntilAnswered();
    }

    [Fact]
    public void With_crash_detection_the_next_request_takes_over_long_before_the_failover_timeout()
    {
        string[] patient = ["--heartbeat", "1000", "--failover-timeout", "600000", "--detect-crash"];
        var ports = PairPorts.New();
        using var primary = new EchoServerProcess(Primary, ports, patient);
        using var backup = new EchoServerProcess(Backup, ports, patient);
        primary.WaitFor("active");
        backup.WaitFor("passive");

        primary.Process.Kill();
        backup.Client.AskUntilAnswered();

        Wait.Until(() => backup.Process.Errors.Any(line => line.Contains("[201]")), $"the log, which a server writes in its own time, to report the crash; {backup}");
    }

    [Fact]
    public void With_crash_detection_a_frozen_server_is_not_taken_for_dead()
    {
        string[] patient = ["--heartbeat", "1000", "--failover-timeout", "600000", "--detect-crash"];
        var ports = PairPorts.New();
        using var primary = new EchoServerProcess(Primary, ports, patient);
        using var backup = new EchoServerProcess(Backup, ports, patient);
        primary.WaitFor("active");
        backup.WaitFor("passive");

        primary.Process.Freeze();
        for (var i = 0; i < 20; i++) backup.Client.Ask().Should().BeFalse();
        primary.Process.Wake();

        backup.Process.State.Should().Be("passive");
    }

    [Fact]
    public void Servers_with_two_links_fail_over_like_any_other()
    {
        var (ports, second) = (PairPorts.New(), PairPorts.New());
        using var primary = new EchoServerProcess(Primary, ports, SecondLink(Primary, second));
        using var backup = new EchoServerProcess(Backup, ports, SecondLink(Backup, second));
        primary.WaitFor("active");
        backup.WaitFor("passive");

        primary.Process.Terminate();
        backup.WaitFor("active");

        primary.WaitForExit().Should().Be(0);
        backup.Client.AskUntilAnswered();
    }

    private static string[] SecondLink(BinaryStarRole role, PairPorts ports) =>
    [
        "--local", $"tcp://127.0.0.1:{ports.State(role)}",
        "--remote", $"tcp://127.0.0.1:{ports.State(TestNode.Other(role))}",
    ];
}
