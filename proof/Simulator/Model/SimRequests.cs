using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Simulator.Model;

/// <summary>
/// The requests of one process that answers asynchronously: the shipped gate, with handlers made of time. What its node does in a turn
/// is in the order of the shipped loop.
/// </summary>
internal sealed class SimRequests(PairWorld world, SimNode node, HandlerPlan plan)
{
    private readonly RequestGate<SimRequest> gate = new(plan.Places, plan.Ordered && plan.Without != RequestRule.Turns);
    private readonly Queue<SimRequest> socket = new();   // what has arrived and was not read
    private readonly Queue<SimRequest> finished = new();
    private readonly List<SimRequest> obedient = [];     // in progress, of handlers that end with the term
    private readonly int life = node.Life;
    private long terms;

    public bool IsDraining => gate.IsDraining;

    /// <summary>When it last began to drain.</summary>
    public TimeSpan DrainingSince { get; private set; }

    /// <summary>Whether something in the socket may be read now.</summary>
    public bool HasReadable => socket.Count > 0 && !(plan.Without != RequestRule.Bound && node.State == BinaryStarState.Active && gate.Holds);

    public void Arrive(SimRequest request) => socket.Enqueue(request);

    public void TermChanged(bool isActive)
    {
        foreach (var refused in gate.EndTerm()) Tell(refused, Fate.Refused);
        foreach (var request in obedient) Finish(request);
        if (obedient.Count > 0) SignalSoon();
        obedient.Clear();
        if (isActive) gate.BeginTerm(++terms);
    }

    public void SendReplies(TimeSpan now, Func<bool> serves)
    {
        while (finished.TryDequeue(out var request))
        {
            var next = gate.End(request.Client, now);
            Tell(request, plan.Without == RequestRule.Reply || (gate.MayReply(request.Term) && serves()) ? Fate.Replied : Fate.Dropped);
            if (next is not null) Begin(next);
        }
    }

    public void ReadAll(TimeSpan now, Func<bool> judge)
    {
        while (HasReadable && node.Status == ProcessStatus.Live && socket.TryDequeue(out var request))
        {
            if (!judge())
            {
                Tell(request, Fate.Rejected);
                continue;
            }

            request.Term = terms;
            Tell(request, Fate.Accepted);
            if (gate.Accept(request, request.Client, now)) Begin(request);
        }
    }

    public void BeginDrain(TimeSpan now)
    {
        if (gate.IsDraining) return;
        gate.BeginDrain(now + plan.DrainTimeout);
        DrainingSince = world.Now;
    }

    public bool IsDrained(TimeSpan now) => plan.Without == RequestRule.Drain || gate.IsDrained(now);

    public void EndDrain() => gate.EndDrain();

    // On the thread pool: at once.
    private void Begin(SimRequest request)
    {
        Tell(request, Fate.Began);
        if (plan.Obeys()) obedient.Add(request);
        world.Schedule(plan.Duration(), () =>
        {
            if (node.Life != life || node.Status == ProcessStatus.Dead || request.HasEnded) return;
            obedient.Remove(request);
            Finish(request);
            node.Signal();
        });
    }

    private void Finish(SimRequest request)
    {
        request.HasEnded = true;
        finished.Enqueue(request);
        Tell(request, Fate.Ended);
    }

    private void SignalSoon() => world.Schedule(TimeSpan.Zero, () =>
    {
        if (node.Life == life) node.Signal();
    });

    private void Tell(SimRequest request, Fate fate)
    {
        world.Witness.Told(node, request, fate);
        request.Tell(fate);
    }
}
