using Microsoft.Extensions.Logging;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Interop;

/// <summary>Beside one of the guide's nodes without the timing for it, as a user who knows no preset starts it.</summary>
public sealed class OriginalRhythmTests
{
    public OriginalRhythmTests() => OriginalNode.SkipWithoutLibzmq();

    [Fact]
    public void An_original_that_publishes_every_half_failover_timeout_is_not_connected_anew_and_its_rhythm_is_reported_once()
    {
        // EchoServer's defaults beside the guide's second, doubled for a busy machine's sake.
        var ports = PairPorts.New();
        using var original = new OriginalNode(BinaryStarRole.Primary, ports, heartbeat: TimeSpan.FromSeconds(2));
        using var ours = new TestNode(BinaryStarRole.Backup, ports, options =>
        {
            options.HeartbeatInterval = TimeSpan.FromSeconds(1);
            options.FailoverTimeout = TimeSpan.FromSeconds(4);
        }).Started();
        ours.WaitFor(BinaryStarState.Passive);
        var connected = ours.LogCount(403);

        Wait.Until(() => ours.HasLogged(322), "the rhythm to be reported");
        var received = ours.Star.Status.StatesReceived;
        Wait.Until(() => ours.Star.Status.StatesReceived > received + 3, "three more heartbeats");

        ours.LogCount(403).Should().Be(connected);
        ours.State.Should().Be(BinaryStarState.Passive);
        var record = ours.Logged.Single(record => record.Id.Id == 322);
        record.Level.Should().Be(LogLevel.Warning);
        record.Message.Should().Contain("ZeroMqGuide").And.MatchRegex("every 0?0:00:0(2|1\\.9)");
    }

    [Fact]
    public void An_original_beside_the_preset_for_it_is_in_rhythm()
    {
        var ports = PairPorts.New();
        using var original = new OriginalNode(BinaryStarRole.Primary, ports);
        using var ours = OriginalNode.Ours(BinaryStarRole.Backup, ports);
        ours.WaitFor(BinaryStarState.Passive);

        Wait.Until(() => ours.Star.Status.StatesReceived > 12, "twelve heartbeats");

        ours.HasLogged(322).Should().BeFalse();
    }
}
