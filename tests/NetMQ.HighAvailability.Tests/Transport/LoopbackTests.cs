using NetMQ.HighAvailability.Tests.Support;
using NetMQ.HighAvailability.Transport;

namespace NetMQ.HighAvailability.Tests.Transport;

public sealed class LoopbackTests
{
    [Fact]
    public void What_is_said_comes_back_and_the_newest_counts()
    {
        using var loopback = new Loopback();
        loopback.Listen().Should().Be(TimeSpan.Zero);

        for (var i = 1; i <= 100; i++) loopback.Say(TimeSpan.FromMilliseconds(i));

        Wait.Until(() => loopback.Listen() == TimeSpan.FromMilliseconds(100), "the last word to come back");
    }
}
