using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Simulator.Model;

/// <summary>
/// Two nodes, the link between them and the time they live in. Nothing here is random: that is the
/// <see cref="IWeather"/>'s part, and the plan's of faults.
/// </summary>
internal sealed class PairWorld
{
    public const int Primary = 0;
    public const int Backup = 1;

    private static readonly TimeSpan RedialAfter = TimeSpan.FromMilliseconds(100); // NetMQ's ReconnectInterval

    private readonly PriorityQueue<Happening, (TimeSpan At, long Order)> queue = new();
    private readonly SimLink[] links = [new(), new()];
    private readonly SimNode[] nodes;
    private long order;

    public PairWorld(Timing timing, DualActivePolicy policy, IWeather weather, IWitness witness)
    {
        Weather = weather;
        Witness = witness;
        nodes = [new SimNode(this, Primary, timing, policy), new SimNode(this, Backup, timing, policy)];
    }

    public TimeSpan Now { get; private set; }

    public IWeather Weather { get; }

    public IWitness Witness { get; }

    public IReadOnlyList<SimNode> Nodes => nodes;

    /// <summary>Receives the events of clients, which this world knows nothing of.</summary>
    public Action<Happening>? Clients { get; set; }

    /// <summary>How soon the survivor learns that its peer's process has ended; null: it never does.</summary>
    public Func<TimeSpan>? EvidenceAfter { get; set; }

    /// <summary>The pair's arbiter, if it has one. Before the nodes start.</summary>
    public SimArbiter? Arbiter { get; set; }

    /// <summary>How requests are answered asynchronously; null: they are not. Before the nodes start.</summary>
    public HandlerPlan? Handlers { get; set; }

    public SimNode OtherThan(SimNode node) => nodes[1 - node.Index];

    /// <summary>The link by which <paramref name="node"/> receives from its peer.</summary>
    public SimLink LinkTo(SimNode node) => links[node.Index];

    public SimLink LinkTo(int node) => links[node];

    public void Schedule(TimeSpan after, Happening happening) => queue.Enqueue(happening, (Now + after, order++));

    public void Schedule(TimeSpan after, Action action) => Schedule(after, new Happening(What.Other, Do: action));

    /// <summary>Lets all happen that happens by <paramref name="end"/>.</summary>
    public void RunUntil(TimeSpan end)
    {
        while (queue.TryPeek(out var next, out var due) && due.At <= end)
        {
            queue.Dequeue();
            Now = due.At;
            Do(next);
        }

        Now = end;
    }

    public void Publish(SimNode from, PeerMessage message, in MandateStamp stamp)
    {
        var to = OtherThan(from);
        var link = links[to.Index];
        if (!link.Subscribed || link.Fault == LinkFault.Cut) return;
        if (link.LoseNext > 0)
        {
            link.LoseNext--;
            Witness.Lost(to);
            return;
        }

        if (link.Fault == LinkFault.Stall) link.Held.Add(((int)message, stamp));
        else Send(to, (int)message, stamp);
    }

    /// <summary>Something that is no message of the peer's, or one that the peer did not send.</summary>
    public void Inject(SimNode to, int message) => Send(to, message, default);

    public void SetFault(int to, LinkFault fault)
    {
        var link = links[to];
        link.Fault = fault;
        if (fault == LinkFault.Stall) return;
        foreach (var (message, stamp) in link.Held)
        {
            if (fault == LinkFault.None) Send(nodes[to], message, stamp);
        }

        link.Held.Clear();
    }

    /// <summary>Replaces the node's subscription; what is on its way to the old one is lost.</summary>
    public void Redial(SimNode subscriber)
    {
        var link = links[subscriber.Index];
        link.Renew();
        Schedule(TimeSpan.Zero, new Happening(What.Dial, subscriber.Index, link.Epoch));
    }

    /// <summary>The process is no more: its peer's subscription breaks.</summary>
    public void Ended(SimNode node, ReceiveResult? fatal)
    {
        var peer = OtherThan(node);
        var link = links[peer.Index];
        link.Break();
        if (peer.Status != ProcessStatus.Dead) Schedule(RedialAfter, new Happening(What.Dial, peer.Index, link.Epoch));
        if (EvidenceAfter is { } after) Schedule(after(), new Happening(What.Evidence, peer.Index, peer.Life));
        Witness.Ended(node, fatal);
    }

    private void Send(SimNode to, int message, in MandateStamp stamp)
    {
        var link = links[to.Index];
        var arrival = Now + Weather.Delay();
        if (arrival < link.LastArrival) arrival = link.LastArrival;
        link.LastArrival = arrival;
        Schedule(arrival - Now, new Happening(What.Arrival, to.Index, link.Epoch, message, Stamp: stamp));
    }

    private void Do(Happening next)
    {
        var node = nodes[next.Who];
        switch (next.What)
        {
            case What.Turn when next.Epoch == node.Life:
                node.Wake();
                break;
            case What.Arrival when next.Epoch == links[next.Who].Epoch:
                node.Receive(next.Number, next.Stamp);
                break;
            case What.Dial when next.Epoch == links[next.Who].Epoch:
                Dial(node, links[next.Who]);
                break;
            case What.Subscription when next.Epoch == links[next.Who].Epoch:
                Subscribe(node, links[next.Who], next.Number);
                break;
            case What.Evidence when next.Epoch == node.Life:
                // Refused means that no process listens there; a cut looks different.
                if (OtherThan(node).Status == ProcessStatus.Dead && Passable) node.LearnOfCrash();
                break;
            case What.Ask or What.Reply or What.Impatience:
                Clients!(next);
                break;
            case What.Other:
                next.Do!();
                break;
        }
    }

    // A connection needs both directions. A one-way cut is one of messages only, as in the model check.
    private bool Passable =>
        links[0].Fault != LinkFault.Stall && links[1].Fault != LinkFault.Stall
        && !(links[0].Fault == LinkFault.Cut && links[1].Fault == LinkFault.Cut);

    private void Dial(SimNode subscriber, SimLink link)
    {
        if (link.Subscribed || link.SubscriptionWaits || subscriber.Status == ProcessStatus.Dead) return;

        var publisher = OtherThan(subscriber);
        if (subscriber.Status == ProcessStatus.Paused || publisher.Status == ProcessStatus.Dead || !Passable)
            Schedule(RedialAfter, new Happening(What.Dial, subscriber.Index, link.Epoch));
        else
            Schedule(Weather.Delay(), new Happening(What.Subscription, subscriber.Index, link.Epoch, publisher.Life));
    }

    private void Subscribe(SimNode subscriber, SimLink link, int publisherLife)
    {
        var publisher = OtherThan(subscriber);
        if (link.Subscribed || link.SubscriptionWaits) return;
        if (publisher.Status == ProcessStatus.Dead || publisher.Life != publisherLife || !Passable)
            Schedule(RedialAfter, new Happening(What.Dial, subscriber.Index, link.Epoch));
        else
            publisher.Welcome(link);
    }
}
