using System.Runtime.InteropServices;
using NetMQ.HighAvailability.Tests.Samples;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.Sockets;
using static NetMQ.HighAvailability.BinaryStarRole;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>NetMQ reads the processor's counter, if it is enabled in time; a pair works as usual.</summary>
public sealed class FastSendsTests
{
    private static readonly bool IsX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    [Fact]
    public void A_pair_with_fast_sends_serves_and_fails_over()
    {
        var ports = PairPorts.New();
        using var primary = new EchoServerProcess(Primary, ports, "--fast-sends", "--detect-crash");
        using var backup = new EchoServerProcess(Backup, ports, "--fast-sends", "--detect-crash");
        primary.WaitFor("active");
        backup.WaitFor("passive");
        primary.Client.AskUntilAnswered();

        primary.Process.Kill();

        backup.Client.AskUntilAnswered();
        var possible = IsX64 && (OperatingSystem.IsLinux() || OperatingSystem.IsWindows());
        backup.Process.Errors.Any(line => line.StartsWith("warning: NetMQ cannot", StringComparison.Ordinal)).Should().Be(!possible, backup.ToString());
    }

    [Fact]
    public void It_is_too_late_once_NetMQ_was_used()
    {
        using var used = new PairSocket();
        used.TrySkipFrame();

        FastSends.TryEnable().Should().Be(SendsOfThisRun.AreFast);
    }
}
