using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

public class TimingTests
{
    [Fact]
    public void Every_span_follows_from_the_heartbeat_and_the_failover_timeout() =>
        Timing.From(heartbeat: Ms(500), failover: Ms(2000)).Should().Be(new Timing
        {
            Heartbeat = Ms(500),
            Failover = Ms(2000),
            ShortGap = Ms(125),          // H/4
            LongGap = Ms(250),           // H/2
            Settle = Ms(750),            // 3H/2
            OfferGuard = Ms(375),        // 3H/4
            Lease = Ms(1835) / 2,        // (0.98 F - H/4)/2
            Quiet = Ms(0),
            DualActivePatience = Ms(2000), // F
            HandOverFreshness = Ms(1000), // 2H
            EvidenceLifetime = Ms(750),  // 3H/2
        });

    [Fact]
    public void Beside_the_guides_own_node_the_spans_that_depend_on_its_answer_are_its() =>
        Timing.From(Ms(500), failover: Ms(4000), peerHeartbeat: Ms(1000), peerFailover: Ms(2000)).Should().Be(new Timing
        {
            Heartbeat = Ms(500),
            Failover = Ms(4000),
            ShortGap = Ms(125),
            LongGap = Ms(250),
            Settle = Ms(750),
            OfferGuard = Ms(1500),       // H' + H: it answers an offer only at its own heartbeat
            Lease = Ms(1835) / 2,        // (0.98 min (F, F') - H/4)/2: it may take over after its own F'
            Quiet = Ms(1250),            // H' + H/2: a passive one would have been received
            DualActivePatience = Ms(750), // 3H/2: it has received this node, and ended itself or never will
            HandOverFreshness = Ms(2000), // 2 max (H, H'): it publishes that it is passive only at its own heartbeat
            EvidenceLifetime = Ms(750),
        });

    [Fact]
    public void A_node_that_takes_active_back_settles_until_its_peer_has_received_it()
    {
        Timing.From(Ms(500), failover: Ms(2000)).ReclaimSettle.Should().Be(Ms(750));
        Timing.From(Ms(500), failover: Ms(4000), peerHeartbeat: Ms(1000), peerFailover: Ms(2000)).ReclaimSettle.Should().Be(Ms(1500), "Quiet + H/2");
    }

    [Fact]
    public void Two_turns_fit_into_the_shortest_gap()
    {
        var timing = Timing.From(Ms(500), failover: Ms(2000));

        (2 * timing.Tick).Should().Be(timing.ShortGap);
    }

    [Theory]
    [InlineData(500, 1500)]
    [InlineData(666, 1998)]
    [InlineData(3000, 2000)]
    public void A_stopping_node_waits_three_heartbeats_but_no_longer_than_two_seconds(int heartbeat, int bound) =>
        Timing.From(Ms(heartbeat), failover: Ms(4 * heartbeat)).StopBound.Should().Be(Ms(bound));

    [Fact]
    public void A_slower_node_of_ours_keeps_its_own_lease_and_freshness_beside_a_faster_one()
    {
        var timing = Timing.From(Ms(500), failover: Ms(2000), peerHeartbeat: Ms(200), peerFailover: Ms(3000));

        timing.Lease.Should().Be(Ms(1835) / 2);
        timing.HandOverFreshness.Should().Be(Ms(1000));
        timing.OfferGuard.Should().Be(Ms(700));
    }
}
