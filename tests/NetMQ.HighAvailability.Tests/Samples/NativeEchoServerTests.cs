using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Samples;

/// <summary>EchoServer compiled ahead of time, as .ci/run publishes it: nothing that the library needs was trimmed away.</summary>
public sealed class NativeEchoServerTests
{
    private static readonly string? Program = Environment.GetEnvironmentVariable("NATIVE_ECHO_SERVER");

    // A timeout that no test waits for: whoever takes over has seen the crash.
    private static readonly string[] OnCrashOnly = ["--heartbeat", "500", "--failover-timeout", "600000", "--detect-crash"];

    [Fact]
    public void A_native_server_takes_the_place_of_a_killed_one_and_hands_over_when_that_is_back()
    {
        Assert.SkipUnless(Program is not null, "NATIVE_ECHO_SERVER must name an EchoServer that was published with PublishAot");
        var ports = PairPorts.New();
        using var primary = EchoServerProcess.Native(Program, BinaryStarRole.Primary, ports, OnCrashOnly);
        using var backup = EchoServerProcess.Native(Program, BinaryStarRole.Backup, ports, OnCrashOnly);
        primary.WaitFor("active");
        backup.WaitFor("passive");
        primary.Client.AskUntilAnswered();

        primary.Process.Kill();
        backup.Client.AskUntilAnswered();
        backup.WaitFor("active");

        primary.WaitForExit();
        using var again = EchoServerProcess.Native(Program, BinaryStarRole.Primary, ports, OnCrashOnly);
        again.WaitFor("passive");
        backup.Process.Terminate();
        backup.WaitForExit().Should().Be(0, backup.ToString());
        again.Client.AskUntilAnswered();
    }
}
