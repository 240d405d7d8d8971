namespace NetMQ.HighAvailability.Tests.Protocol;

/// <summary>
/// Every order of events that a gate with few places, few clients and few requests can meet, and after each of them all that a gate promises.
/// A state is reached again by the events that led to it.
/// </summary>
public class RequestGateExploration
{
    [Theory]
    [InlineData(1, false, 200)]
    [InlineData(2, false, 500)]
    [InlineData(3, false, 500)]
    [InlineData(1, true, 500)]
    [InlineData(2, true, 1_000)]
    [InlineData(3, true, 1_000)]
    public void In_no_order_of_events_does_a_gate_break_a_promise(int places, bool ordered, int leastStates)
    {
        var seen = new HashSet<string> { new GateWorld(places, ordered, requests: 8, mostTerms: 4).Key };
        var open = new Queue<GateEvent[]>([[]]);
        while (open.TryDequeue(out var path))
        {
            foreach (var next in Replayed(path).Possible().ToList())
            {
                var world = Replayed(path);
                world.Apply(next);
                if (seen.Add(world.Key)) open.Enqueue([.. path, next]);
            }
        }

        seen.Should().HaveCountGreaterThan(leastStates, "otherwise it has not looked everywhere");

        GateWorld Replayed(GateEvent[] path)
        {
            var world = new GateWorld(places, ordered, requests: 8, mostTerms: 4);
            foreach (var step in path) world.Apply(step);
            return world;
        }
    }
}
