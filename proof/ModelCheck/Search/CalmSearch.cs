using NetMQ.HighAvailability.ModelCheck.Model;

namespace NetMQ.HighAvailability.ModelCheck.Search;

/// <summary>
/// From any world on, the faults are over and requests arrive at every turn of every node: whatever the network does
/// with its delays, from the given number of ticks on exactly one node serves, always the same. Searched depth first;
/// a world seen at an earlier tick of its calm is looked at again at a later one, for more is asked of it there.
/// </summary>
internal sealed class CalmSearch(Scenario scenario, Successors successors)
{
    private readonly VisitedSet<byte> latest = new(); // the value: the latest tick of a calm that it was seen at, and one
    private readonly List<Frame> path = [];
    private readonly Stack<List<Step>> spare = [];

    /// <summary>Worlds that were looked at in calm.</summary>
    public long Count => latest.Count;

    /// <summary>The longest that it took, over all that was searched.</summary>
    public int Longest { get; private set; }

    private sealed record Frame(World World, int Clock, List<Step> Steps)
    {
        public int Next { get; set; }
    }

    /// <summary>The steps to a violation, or none.</summary>
    public List<Step>? Search(in World from)
    {
        path.Clear();
        if (!Enter(Faults.Calm(from, scenario.LinkFaultStays), 0)) return null;

        while (path.Count > 0)
        {
            var frame = path[^1];
            if (frame.Next == frame.Steps.Count)
            {
                spare.Push(frame.Steps);
                path.RemoveAt(path.Count - 1);
                continue;
            }

            var step = frame.Steps[frame.Next++];
            var served = step.Violation == Outcome.Safe && Serves(frame.World, step);
            if (!served) Longest = Math.Max(Longest, Math.Min(frame.Clock + 1, scenario.ServesWithin));
            if (step.Violation != Outcome.Safe || (!served && frame.Clock >= scenario.ServesWithin)) return Trace(step);
            Enter(step.World, Math.Min(frame.Clock + 1, scenario.ServesWithin));
        }

        return null;
    }

    private bool Enter(in World world, int clock)
    {
        ref var seen = ref latest.At(world.Hash(), out _);
        if (seen > clock) return false;
        seen = (byte)(clock + 1);
        var steps = spare.Count > 0 ? spare.Pop() : [];
        successors.Of(world, steps);
        path.Add(new Frame(world, clock, steps));
        return true;
    }

    private bool Serves(in World before, in Step step)
    {
        var waiting = 0;
        for (var who = 0; who < 2; who++)
        {
            var node = before.Node(who);
            if (EngineCodec.StatusOf(node) == Status.Dead || successors.Nodes[who].WaitsByDesign(node)) waiting++;
            // One that serves goes on serving.
            else if (successors.Nodes[who].IsActive(node) && step.Accepting != 1 << who) return false;
        }

        // No node runs, or only a backup that never met its primary.
        if (waiting == 2) return step.Accepting == 0;
        return step.Accepting is 1 or 2;
    }

    private List<Step> Trace(in Step step)
    {
        var trace = new List<Step> { new(path[0].World, StepKind.Calm, 0) };
        for (var i = 0; i + 1 < path.Count; i++) trace.Add(path[i].Steps[path[i].Next - 1]);
        trace.Add(step with { Violation = step.Violation == Outcome.Safe ? Outcome.NotServing : step.Violation });
        return trace;
    }
}
