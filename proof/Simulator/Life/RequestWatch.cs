using NetMQ.HighAvailability.Protocol;
using NetMQ.HighAvailability.Simulator.Faults;
using NetMQ.HighAvailability.Simulator.Model;

namespace NetMQ.HighAvailability.Simulator.Life;

/// <summary>
/// What may never happen to requests that are answered asynchronously. It goes by what it sees happen, and not by what the gate says of itself.
/// </summary>
internal sealed class RequestWatch(PairWorld world, HandlerPlan plan, Ledger ledger, Tally tally, Action<string> violated)
{
    // Clocks run slow, or fast, by a hundredth.
    private readonly TimeSpan surelyDraining = plan.DrainTimeout * 0.97;
    private readonly Side[] sides = [new(), new()];

    public void Changed(SimNode node, Transition transition)
    {
        var side = sides[node.Index];
        if (transition.To == BinaryStarState.Active) side.Terms++;
        if (transition.From != BinaryStarState.Active) return;

        side.GaveUpInTime = transition.Reason == BinaryStarChangeReason.HandOver && world.Now - node.Requests!.DrainingSince < surelyDraining;
        if (transition.Reason != BinaryStarChangeReason.HandOver) return;
        if (side.AtWork.Count == 0) tally.Drained++;
        else if (side.GaveUpInTime) violated($"the {node.Role} gave up active with {side.AtWork.Count} requests in progress, before the end of the time for them");
        else tally.NotDrained++;
    }

    public void Ended(SimNode node) => sides[node.Index] = new Side();

    public void Told(SimNode node, SimRequest request, Fate fate)
    {
        var side = sides[node.Index];
        switch (fate)
        {
            case Fate.Accepted:
                side.Open.Add(request, (side.Terms, world.Now));
                if (side.Open.Count == plan.Places) tally.Full++;
                if (side.Open.Count > plan.Places + 1) violated($"the {node.Role} has accepted {side.Open.Count} requests at once"); // one may make a full node active
                break;
            case Fate.Began:
                Began(node, side, request);
                break;
            case Fate.Ended:
                side.AtWork.Remove(request);
                side.Clients.Remove(request.Client);
                break;
            case Fate.Replied:
                tally.Replied++;
                if (node.State != BinaryStarState.Active || side.Open[request].Term != side.Terms) violated($"the {node.Role} answered a request of a term that was over");
                side.Open.Remove(request);
                break;
            case Fate.Dropped or Fate.Refused:
                tally.Unanswered++;
                side.Open.Remove(request);
                break;
        }
    }

    /// <summary>Looks whether anything waits for too long at a node that is there, and active in the same term all the time.</summary>
    public void Look(TimeSpan longest)
    {
        foreach (var node in world.Nodes)
        {
            if (node.Status != ProcessStatus.Live || node.State != BinaryStarState.Active) continue;
            var side = sides[node.Index];
            var forgotten = side.Open.Values.Count(accepted => accepted.Term == side.Terms && world.Now - accepted.At > longest);
            if (forgotten > 0) violated($"the {node.Role} has not answered {forgotten} requests for more than {longest.TotalSeconds} s");
            if (node.Requests!.IsDraining && world.Now - node.Requests.DrainingSince > longest) violated($"the {node.Role} has drained for more than {longest.TotalSeconds} s");
        }
    }

    private void Began(SimNode node, Side side, SimRequest request)
    {
        side.AtWork.Add(request);
        if (side.AtWork.Count > plan.Places) violated($"the {node.Role} has {side.AtWork.Count} requests in progress");
        if (!side.Clients.Add(request.Client) && plan.Ordered) violated($"the {node.Role} has two requests of client {request.Client} in progress");

        var other = sides[1 - node.Index];
        if (other.AtWork.Count == 0) return;
        tally.BothAtWork++;
        if (other.GaveUpInTime && ledger.Outside is null && world.OtherThan(node).State != BinaryStarState.Active)
            violated($"the {node.Role} began a request while the other node, which had handed over, had {other.AtWork.Count} in progress");
    }

    private sealed class Side
    {
        public long Terms { get; set; }

        /// <summary>Its last term ended because it was told so, and before the end of the time for what was in progress.</summary>
        public bool GaveUpInTime { get; set; }

        /// <summary>Accepted, and neither answered nor given up.</summary>
        public Dictionary<SimRequest, (long Term, TimeSpan At)> Open { get; } = [];

        public HashSet<SimRequest> AtWork { get; } = [];

        public HashSet<int> Clients { get; } = [];
    }
}
