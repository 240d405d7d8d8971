using CsCheck;
using NetMQ.HighAvailability.Tests.Protocol;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>As <see cref="RequestGateExploration"/>, by long random walks with many places.</summary>
public class RequestGateProperties
{
    [Fact]
    public void In_no_long_order_of_events_does_a_gate_break_a_promise()
    {
        var walks =
            from places in Gen.Int[1, 40]
            from ordered in Gen.Bool
            from choices in Gen.Int[0, 1_000].Array[0, 400]
            select (places, ordered, choices);
        walks.Sample(
            walk =>
            {
                var world = new GateWorld(walk.places, walk.ordered, requests: 1_000, mostTerms: 1_000);
                foreach (var choice in walk.choices)
                {
                    var possible = world.Possible().ToList();
                    world.Apply(possible[choice % possible.Count]);
                }
            },
            iter: 300);
    }
}
