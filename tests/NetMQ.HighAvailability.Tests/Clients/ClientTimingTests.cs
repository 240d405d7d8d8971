using NetMQ.HighAvailability.Clients;

namespace NetMQ.HighAvailability.Tests.Clients;

/// <summary>The times that follow from those that are given.</summary>
public sealed class ClientTimingTests
{
    [Fact]
    public void Slow_probes_and_scans_follow_from_the_options()
    {
        var timing = Of(request: 30_000, silence: 2_000, probe: 2);
        timing.SlowProbe.Should().Be(CoreDriver.Ms(100));
        timing.SlowestProbe.Should().Be(CoreDriver.Ms(250));
        timing.Scan.Should().Be(CoreDriver.Ms(250));
    }

    [Theory]
    [InlineData(30_000, 2_000, 100)]
    [InlineData(30_000, 400, 50)]
    [InlineData(80, 400, 10)]
    [InlineData(30_000, 4, 1)]
    public void The_clock_is_looked_at_eight_times_within_the_shorter_wait_but_not_more_than_every_millisecond(int request, int silence, int tick) =>
        Of(request, silence, probe: 2).Tick.Should().Be(CoreDriver.Ms(tick));

    [Fact]
    public void Probes_begin_at_once_and_fifty_fast_ones_come_before_the_gap_doubles()
    {
        var timing = Of(request: 30_000, silence: 2_000, probe: 2);
        var pace = ProbeBackoff.From(CoreDriver.Ms(7), timing, fast: true);
        pace.Next.Should().Be(CoreDriver.Ms(7));

        for (var i = 0; i < 49; i++) pace.Sent(TimeSpan.Zero, timing);
        pace.Gap.Should().Be(CoreDriver.Ms(2));
        pace.Sent(TimeSpan.Zero, timing);
        pace.Gap.Should().Be(CoreDriver.Ms(4));
        for (var i = 0; i < 10; i++) pace.Sent(TimeSpan.Zero, timing);
        pace.Gap.Should().Be(CoreDriver.Ms(250));
    }

    [Fact]
    public void A_gap_longer_than_the_slowest_probe_stays()
    {
        var timing = Of(request: 30_000, silence: 2_000, probe: 2);
        var pace = ProbeBackoff.From(TimeSpan.Zero, timing, fast: false);
        pace.Gap.Should().Be(CoreDriver.Ms(100));
        pace.Gap = CoreDriver.Ms(2_000);
        pace.Sent(CoreDriver.Ms(1), timing);
        pace.Next.Should().Be(CoreDriver.Ms(2_001));
        pace.Gap.Should().Be(CoreDriver.Ms(2_000));
    }

    private static ClientTiming Of(int request, int silence, int probe) =>
        new(CoreDriver.Ms(request), CoreDriver.Ms(silence), Settle: CoreDriver.Ms(2_000), CoreDriver.Ms(probe));
}
