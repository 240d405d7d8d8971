using NetMQ.HighAvailability.Protocol;
using static NetMQ.HighAvailability.BinaryStarRole;
using static NetMQ.HighAvailability.Tests.Protocol.Node;

namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>The guide's Python reactor neither ends nor yields when it meets an active peer, so ours does.</summary>
public class PairEngineOriginalDualActiveTests
{
    private static readonly Timing Beside = Timing.From(H, F * 3 / 2, Ms(1000), F);

    [Fact]
    public void A_primary_yields_to_an_original_that_is_still_active_when_it_must_have_received_this_node()
    {
        After("3", Ms(1850) - Instant).Should().Be(BinaryStarState.Active);
        After("3", Ms(1850)).Should().Be(BinaryStarState.Passive);
    }

    [Fact]
    public void Anything_else_that_it_publishes_begins_that_time_anew() =>
        Active(Primary, timing: Beside).Turn(Ms(1100), "3").Turn(Ms(1200), "4").QuietUntil(Ms(1850)).Turn(Ms(1900), "3")
            .State.Should().Be(BinaryStarState.Active);

    private static BinaryStarState After(string digit, TimeSpan at) =>
        Active(Primary, timing: Beside).Turn(Ms(1100), digit).QuietUntil(Ms(1800)).Turn(at, digit).State;
}
