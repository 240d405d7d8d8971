using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>What a node learns from when its peer's messages arrive.</summary>
public sealed class PeerRhythmTests
{
    private static readonly TimeSpan H = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan F = 4 * H;
    private static readonly Timing Timing = Timing.From(H, F);

    [Fact]
    public void Nothing_is_known_of_a_peer_before_the_sixth_message()
    {
        var rhythm = After(2 * H, 2 * H, 2 * H, 2 * H);

        rhythm.Interval.Should().BeNull();
        rhythm.IsTooSlow.Should().BeFalse();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.5)]
    public void A_peer_with_the_same_timing_fits_and_is_worth_a_new_connection_after_half_a_failover_timeout(double heartbeats)
    {
        var rhythm = Every(heartbeats * H);

        rhythm.Interval.Should().Be(heartbeats * H);
        rhythm.IsTooSlow.Should().BeFalse();
        rhythm.Patience.Should().Be(F / 2);
    }

    [Fact]
    public void A_guides_node_beside_the_default_timing_does_not_fit_and_is_given_half_as_long_again_as_it_usually_takes()
    {
        var rhythm = Every(TimeSpan.FromSeconds(1));

        rhythm.IsTooSlow.Should().BeTrue();
        rhythm.Patience.Should().Be(TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public void A_guides_node_beside_the_preset_for_it_fits()
    {
        var options = new BinaryStarOptions(BinaryStarPreset.ZeroMqGuide);

        var rhythm = Every(TimeSpan.FromSeconds(1), options.ToTiming());

        rhythm.IsTooSlow.Should().BeFalse();
        rhythm.LongestExpected.Should().Be(TimeSpan.FromSeconds(1.5));
        rhythm.Patience.Should().Be(TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public void Up_to_one_and_a_half_heartbeats_a_peer_fits()
    {
        Every(H * 3 / 2).IsTooSlow.Should().BeFalse();
        Every(H * 3 / 2 + TimeSpan.FromTicks(1)).IsTooSlow.Should().BeTrue();
    }

    [Fact]
    public void Lost_messages_are_no_rhythm()
    {
        After(H, 2 * H, 3 * H, H, 2 * H).IsTooSlow.Should().BeFalse();
        After(2 * H, 2 * H, 3 * H, 2 * H, 2 * H).IsTooSlow.Should().BeFalse();
        After(2 * H, 2 * H, 2 * H + H / 4, 2 * H, 2 * H).IsTooSlow.Should().BeTrue("that is only late");
    }

    [Fact]
    public void The_last_five_intervals_count()
    {
        var replaced = After(2 * H, 2 * H, 2 * H, 2 * H, 2 * H, H, H, H, H, H);

        replaced.Interval.Should().Be(H);
        replaced.IsTooSlow.Should().BeFalse();
    }

    [Fact]
    public void Copies_by_a_second_path_do_not_count()
    {
        var rhythm = new PeerRhythm(Timing);
        for (var i = 0; i < 6; i++)
        {
            rhythm.Received(i * 2 * H);
            rhythm.Received(i * 2 * H + TimeSpan.FromMilliseconds(5));
        }

        rhythm.Interval.Should().Be(2 * H);
    }

    [Fact]
    public void Patience_is_never_more_than_three_quarters_of_the_failover_timeout()
    {
        Every(5 * H).Patience.Should().Be(F * 3 / 4);
        After(H).Patience.Should().Be(F * 3 / 4, "nothing is known of the peer's rhythm yet");
        new PeerRhythm(Timing).Patience.Should().Be(F / 2, "nothing can be lost of a peer that was never received");
    }

    [Fact]
    public void A_clock_that_steps_back_makes_no_interval()
    {
        var rhythm = Every(H);

        rhythm.Received(TimeSpan.Zero);
        rhythm.Received(H);

        rhythm.Interval.Should().Be(H);
    }

    private static PeerRhythm Every(TimeSpan interval, Timing? timing = null) => After([.. Enumerable.Repeat(interval, 5)], timing ?? Timing);

    private static PeerRhythm After(params TimeSpan[] intervals) => After(intervals, Timing);

    private static PeerRhythm After(TimeSpan[] intervals, Timing timing)
    {
        var rhythm = new PeerRhythm(timing);
        var now = TimeSpan.Zero;
        rhythm.Received(now);
        foreach (var interval in intervals) rhythm.Received(now += interval);
        return rhythm;
    }
}
