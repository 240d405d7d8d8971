using NetMQ.HighAvailability.Chaos.Troubles;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>Real processes that are really killed, stopped and frozen.</summary>
public sealed class EchoServerFaultTests
{
    [Fact]
    public void A_killed_primary_is_replaced_by_the_backup_and_comes_back_as_the_passive_one()
    {
        var (primary, backup) = EchoServerProcess.StartedPair();
        using var first = primary;
        using var other = backup;
        primary.Client.AskUntilAnswered();

        primary.Process.Kill();
        backup.Client.AskUntilAnswered();
        backup.WaitFor("active");

        using var again = primary.Restarted();
        again.WaitFor("passive");
        again.Client.Ask().Should().BeFalse("the backup serves");
        backup.Client.AskUntilAnswered();
    }

    [Fact]
    public void A_killed_backup_disturbs_nobody_and_comes_back_as_the_passive_one()
    {
        var (primary, backup) = EchoServerProcess.StartedPair();
        using var first = primary;
        using var other = backup;

        backup.Process.Kill();
        backup.WaitForExit();
        primary.Client.AskUntilAnswered();

        using var again = backup.Restarted();
        again.WaitFor("passive");
        primary.Client.AskUntilAnswered();
        primary.WaitFor("active");
    }

    [Fact]
    public void A_server_that_is_asked_to_stop_yields_to_the_other_and_exits_with_0()
    {
        var (primary, backup) = EchoServerProcess.StartedPair();
        using var first = primary;
        using var other = backup;

        primary.Process.Terminate();

        primary.WaitForExit().Should().Be(0, "it was asked to; {0}", primary);
        primary.Process.Lines.Should().Contain(line => line.EndsWith(" yielding"));
        backup.Client.AskUntilAnswered();
        backup.WaitFor("active");
    }

    [Fact]
    public void A_pair_does_not_need_NetMQs_own_thread_to_serve_and_to_stay_as_it_is()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a single thread is held by Linux's means");
        var (primary, backup) = EchoServerProcess.StartedPair("--heartbeat", "400", "--failover-timeout", "2000");
        using var first = primary;
        using var other = backup;

        using (FrozenThread.NetMQsOf(primary.Process.Id))
        using (FrozenThread.NetMQsOf(backup.Process.Id))
        {
            var answered = 0;
            Wait.Until(
                () =>
                {
                    backup.Client.Socket.SendFrame("to the standby"); // a vote, if it took its peer for dead
                    if (primary.Client.Ask()) answered++;
                    return answered == 40;
                },
                "the active node to answer");
            Thread.Sleep(TimeSpan.FromSeconds(4)); // twice the failover timeout
            backup.Client.Ask().Should().BeFalse("the primary serves");
            primary.Client.AskUntilAnswered();
        }

        primary.Process.State.Should().Be("active");
        backup.Process.State.Should().Be("passive");
        primary.Process.Lines.Should().NotContain(line => line.EndsWith(" yielding"));
    }

    [Fact]
    public void A_frozen_server_wakes_beside_its_successor_and_answers_nothing_that_came_meanwhile()
    {
        var (primary, backup) = EchoServerProcess.StartedPair();
        using var first = primary;
        using var other = backup;
        primary.Client.AskUntilAnswered();

        primary.Process.Freeze();
        for (var i = 0; i < 100; i++) primary.Client.Socket.SendFrame("while it was frozen");
        backup.Client.AskUntilAnswered();
        backup.WaitFor("active");

        primary.Process.Wake();
        primary.WaitFor("passive");
        backup.Client.AskUntilAnswered();
        backup.Process.State.Should().Be("active");

        // It serves again once its successor is gone. Its answers come in order: the first one tells whether any was
        // given to what had waited for it.
        backup.Process.Kill();
        string? answer = null;
        Wait.Until(
            () =>
            {
                primary.Client.Socket.SendFrame("afterwards");
                return primary.Client.Socket.TryReceiveFrameString(TimeSpan.FromMilliseconds(100), out answer);
            },
            "the primary to serve again");
        answer.Should().Be("afterwards");
    }
}
