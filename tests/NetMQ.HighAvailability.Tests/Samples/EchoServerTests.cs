using NetMQ.HighAvailability.Tests.Support;
using Processes;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>What the EchoServer sample prints, and how it ends.</summary>
public sealed class EchoServerTests
{
    [Theory]
    [InlineData(BinaryStarRole.Primary, "primary")]
    [InlineData(BinaryStarRole.Backup, "backup")]
    public void The_first_line_is_the_state_at_the_start(BinaryStarRole role, string state)
    {
        using var server = new EchoServerProcess(role, PairPorts.New());

        server.WaitFor(state);

        server.Process.Lines.Should().ContainSingle();
    }

    [Fact]
    public void A_server_that_has_printed_its_first_line_stops_politely_when_asked()
    {
        using var server = new EchoServerProcess(BinaryStarRole.Backup, PairPorts.New());

        server.WaitFor("backup");
        server.Process.Terminate();

        server.WaitForExit().Should().Be(0, server.ToString());
    }

    [Fact]
    public void Every_frame_of_a_request_comes_back_unchanged()
    {
        var (primary, backup) = EchoServerProcess.StartedPair();
        using var first = primary;
        using var other = backup;
        byte[][] request = [[], [1, 2, 3], new byte[10_000], [0]];

        primary.Client.Socket.SendMultipartBytes(request);

        var reply = new NetMQMessage();
        Wait.Until(() => primary.Client.Socket.TryReceiveMultipartMessage(TimeSpan.FromMilliseconds(20), ref reply!), "the echo");
        reply.Select(frame => frame.ToByteArray()).Should().BeEquivalentTo(request, order => order.WithStrictOrdering());
    }

    [Fact]
    public void A_signed_reply_ends_with_who_gave_it_and_as_which_of_its_requests()
    {
        // A primary alone serves after the failover timeout; what it has not accepted by then it does not count.
        using var server = new EchoServerProcess(BinaryStarRole.Primary, PairPorts.New(), "--sign");
        List<byte[]>? reply = null;
        Wait.Until(
            () =>
            {
                server.Client.Socket.SendFrame("x");
                return server.Client.Socket.TryReceiveMultipartBytes(TimeSpan.FromMilliseconds(20), ref reply!);
            },
            "a reply");

        reply.Should().HaveCount(2);
        System.Text.Encoding.ASCII.GetString(reply![1]).Should().MatchRegex($"^primary {server.Process.Id} 1 1 [0-9]+$");
    }

    [Theory]
    [InlineData("")]
    [InlineData("--primary --backup")]
    [InlineData("--primary --nonsense")]
    [InlineData("--primary nonsense")]
    [InlineData("--primary --voter")]
    [InlineData("--primary --voter nonsense")]
    [InlineData("--primary --voter tcp://:5001")]
    [InlineData("--primary --local nonsense")]
    [InlineData("--primary --remote tcp://*:5004")]
    [InlineData("--primary --local tcp://*:5003 --remote tcp://127.0.0.1:5003")]
    [InlineData("--primary --heartbeat soon")]
    [InlineData("--primary --heartbeat -1")]
    [InlineData("--primary --heartbeat 500 --failover-timeout 600")]
    [InlineData("--primary --preset")]
    [InlineData("--primary --preset nonsense")]
    [InlineData("--primary --preset 7")]
    [InlineData("--primary --peer-heartbeat 1000")]
    [InlineData("--primary --peer-failover-timeout 2000")]
    [InlineData("--primary --peer-heartbeat 1000 --peer-failover-timeout 2000")] // too long for the default failover timeout
    [InlineData("--primary --preset ZeroMqGuide --peer-heartbeat soon")]
    public void Bad_usage_exits_with_2_and_the_usage_text(string arguments)
    {
        using var server = SampleProcess.Start("EchoServer", arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        server.WaitForExit().Should().Be(2);

        server.Lines.Should().BeEmpty();
        server.Errors[0].Should().StartWith("error: ");
        server.Errors.Should().Contain(line => line.Contains("EchoServer [options]"));
    }

    [Theory]
    [InlineData("", "heartbeat 00:00:00.5000000, failover timeout 00:00:02")]
    [InlineData("--preset Local", "heartbeat 00:00:00.1000000, failover timeout 00:00:00.4000000")]
    [InlineData("--preset wan", "heartbeat 00:00:01, failover timeout 00:00:06")]
    [InlineData("--preset Wan --failover-timeout 5000", "heartbeat 00:00:01, failover timeout 00:00:05")]
    [InlineData("--preset ZeroMqGuide", "heartbeat 00:00:00.5000000, failover timeout 00:00:03; the peer's heartbeat 00:00:01, failover timeout 00:00:02")]
    [InlineData("--heartbeat 200 --failover-timeout 2400 --peer-heartbeat 800 --peer-failover-timeout 1600", "heartbeat 00:00:00.2000000, failover timeout 00:00:02.4000000; the peer's heartbeat 00:00:00.8000000, failover timeout 00:00:01.6000000")]
    public void A_preset_or_single_values_give_the_timing_which_the_log_names(string arguments, string timing)
    {
        string[] command = [.. EchoServerProcess.Arguments(BinaryStarRole.Backup, PairPorts.New()), .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        using var server = SampleProcess.Start("EchoServer", [.. command, "--verbose"]);

        Wait.Until(() => server.HasExited || server.Errors.Any(line => line.Contains("[100]")), $"the log; it printed: {string.Join(" | ", server.Errors)}");

        server.Errors.First(line => line.Contains("[100]")).Should().EndWith(timing);
    }

    [Theory]
    [InlineData("--voter")]
    [InlineData("--local")]
    public void A_port_in_use_exits_with_1_and_one_line_that_names_the_endpoint(string option)
    {
        var ports = PairPorts.New();
        using var holder = new NetMQ.Sockets.RouterSocket();
        var taken = $"tcp://127.0.0.1:{Ports.Free()}";
        holder.Bind(taken);
        string[] arguments = EchoServerProcess.Arguments(BinaryStarRole.Primary, ports);
        arguments[Array.IndexOf(arguments, option) + 1] = taken;

        using var server = SampleProcess.Start("EchoServer", arguments);

        server.WaitForExit().Should().Be(1);
        server.Lines.Should().BeEmpty();
        server.Errors.Should().ContainSingle().Which.Should().StartWith("error: ").And.Contain(taken);
    }

    [Fact]
    public void Two_primaries_end_with_1_and_say_why()
    {
        var ports = PairPorts.New();
        var mirrored = new PairPorts(ports.BackupState, ports.PrimaryState, ports.BackupVoter, ports.PrimaryVoter);
        using var server = new EchoServerProcess(BinaryStarRole.Primary, ports);
        using var same = new EchoServerProcess(BinaryStarRole.Primary, mirrored);

        Wait.Until(() => server.Process.HasExited || same.Process.HasExited, "one of them to end");

        var ended = server.Process.HasExited ? server : same;
        ended.WaitForExit().Should().Be(1);
        ended.Process.Errors[^1].Should().StartWith("error: ").And.Contain("Primary");
    }

    [Fact]
    public void Verbose_logs_to_standard_error_and_leaves_the_states_alone()
    {
        using var server = new EchoServerProcess(BinaryStarRole.Backup, PairPorts.New(), "--verbose");

        Wait.Until(() => server.Process.Errors.Any(line => line.Contains("Publishing", StringComparison.Ordinal)), "a logged heartbeat");
        server.WaitFor("backup");

        server.Process.Lines.Should().ContainSingle().Which.Should().EndWith(" backup");
    }
}
