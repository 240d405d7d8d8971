using Microsoft.Extensions.Logging.Abstractions;
using NetMQ.HighAvailability.Common;
using NetMQ.HighAvailability.Connections;
using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Nodes.Links;
using NetMQ.HighAvailability.Protocol;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Nodes.Links;

/// <summary>When a silent link is dialled anew.</summary>
public sealed class LinkMonitorTests : IDisposable
{
    private static readonly TimeSpan F = TimeSpan.FromSeconds(2);
    private static readonly Timing Timing = Timing.From(F / 4, F);

    private readonly StateLink link = new(
        [], [new TcpEndpoint("127.0.0.1", Ports.Free())], HostResolver.LookUpAsync, keys: null, hasArbiter: false, Timing, new LoopSignal(), new Clock(TimeProvider.System), post: _ => { }, new LogThrottle(), NullLogger.Instance);

    [Fact]
    public void A_peer_that_is_not_received_is_dialled_again_before_it_expires_and_again()
    {
        var watch = Begun();

        Look(watch, F / 2 - TimeSpan.FromTicks(1), received: null).Should().BeFalse();
        Look(watch, F / 2, received: null).Should().BeTrue();
        Look(watch, F - TimeSpan.FromTicks(1), received: null).Should().BeFalse();
        Look(watch, F, received: null).Should().BeTrue();
    }

    [Fact]
    public void A_peer_that_is_received_is_not()
    {
        var watch = Begun();
        for (var at = TimeSpan.Zero; at <= 2 * F; at += Timing.Heartbeat) Look(watch, at, received: at).Should().BeFalse();

        Look(watch, 2 * F + F / 2 - TimeSpan.FromTicks(1), received: 2 * F).Should().BeFalse();
        Look(watch, 2 * F + F / 2, received: 2 * F).Should().BeTrue();
    }

    [Fact]
    public void A_guides_node_beside_the_default_timing_is_not_dialled_again_as_long_as_it_keeps_its_rhythm()
    {
        var watch = Begun();
        var second = TimeSpan.FromSeconds(1);
        var late = TimeSpan.FromMilliseconds(100);

        for (var received = TimeSpan.Zero; received < 120 * second; received += second)
        {
            for (var at = received; at < received + second + late; at += Timing.Tick) Look(watch, at, received).Should().BeFalse();
        }
    }

    public void Dispose() => link.Dispose();

    private static bool Look(LinkMonitor watch, TimeSpan now, TimeSpan? received) =>
        watch.Look(new PairMemory { Turn = now, LastReceived = received }, votesRejected: 0);

    private LinkMonitor Begun()
    {
        var watch = new LinkMonitor(link, Timing, hasArbiter: false, NullLogger.Instance);
        watch.Begin(TimeSpan.Zero);
        return watch;
    }
}
