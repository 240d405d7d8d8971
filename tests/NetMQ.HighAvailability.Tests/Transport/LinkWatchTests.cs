using Microsoft.Extensions.Logging.Abstractions;
using NetMQ.HighAvailability.Protocol;
using NetMQ.HighAvailability.Tests.Support;
using NetMQ.HighAvailability.Transport;

namespace NetMQ.HighAvailability.Tests.Transport;

/// <summary>When a silent link is dialled anew.</summary>
public sealed class LinkWatchTests : IDisposable
{
    private static readonly TimeSpan F = TimeSpan.FromSeconds(2);
    private static readonly Timing Timing = Timing.From(F / 4, F);

    private readonly PeerLink link = new(
        [], [new TcpEndpoint("127.0.0.1", Ports.Free())], keys: null, Timing, post: _ => { }, NullLogger.Instance);

    [Fact]
    public void A_peer_that_is_not_heard_is_dialled_again_before_it_expires_and_again()
    {
        var watch = Begun();

        watch.Look(F / 2 - TimeSpan.FromTicks(1), heard: null).Should().BeFalse();
        watch.Look(F / 2, heard: null).Should().BeTrue();
        watch.Look(F - TimeSpan.FromTicks(1), heard: null).Should().BeFalse();
        watch.Look(F, heard: null).Should().BeTrue();
    }

    [Fact]
    public void A_peer_that_is_heard_is_not()
    {
        var watch = Begun();

        watch.Look(F, heard: F - Timing.Heartbeat).Should().BeFalse();
        watch.Look(F + F, heard: F + F / 2 + TimeSpan.FromTicks(1)).Should().BeFalse();
        watch.Look(F + F, heard: F + F / 2).Should().BeTrue();
    }

    public void Dispose() => link.Dispose();

    private LinkWatch Begun()
    {
        var watch = new LinkWatch(link, Timing, NullLogger.Instance);
        watch.Begin(TimeSpan.Zero);
        return watch;
    }
}
