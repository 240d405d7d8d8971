using NetMQ.HighAvailability.Nodes.Links;
using NetMQ.HighAvailability.Tests.Support;

namespace NetMQ.HighAvailability.Tests.Nodes.Links;

public sealed class LoopbackProbeTests
{
    [Fact]
    public void What_is_sent_comes_back_and_the_newest_counts()
    {
        using var loopback = new LoopbackProbe();
        loopback.Receive().Should().Be(TimeSpan.Zero);

        for (var i = 1; i <= 100; i++) loopback.Send(TimeSpan.FromMilliseconds(i));

        Wait.Until(() => loopback.Receive() == TimeSpan.FromMilliseconds(100), "the last message to return");
    }
}
