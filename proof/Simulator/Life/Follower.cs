using NetMQ.HighAvailability.Clients;
using NetMQ.HighAvailability.Simulator.Model;

namespace NetMQ.HighAvailability.Simulator.Life;

/// <summary>
/// A client of the library, its shipped core that is, with a few callers that ask, rest, and ask again. It sends half of
/// the requests once at most, and none of those may be executed twice.
/// </summary>
internal sealed class Follower
{
    private const int Callers = 4;

    // All callers share it, to a server that has each client's requests take turns.
    private const int OneConnection = -1;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MostRest = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan MostRedial = TimeSpan.FromSeconds(1);

    private readonly PairWorld world;
    private readonly Dice dice;
    private readonly Tally tally;
    private readonly Action<string> violated;
    private readonly ClientCore core;
    private readonly Connection[] connections = [new(), new()];
    private readonly Dictionary<long, (TimeSpan Asked, int Executed, DeliveryGuarantee Delivery)> asked = [];
    private bool ticking;

    public Follower(PairWorld world, Dice dice, Tally tally, Action<string> violated)
    {
        this.world = world;
        this.dice = dice;
        this.tally = tally;
        this.violated = violated;
        core = new ClientCore(2, new ClientTiming(RequestTimeout, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(2)));
        core.Start(world.Now);
        for (var i = 0; i < Callers; i++) Rest();
    }

    public void Started(SimNode node)
    {
        var life = node.Life;
        world.Schedule(dice.Between(TimeSpan.Zero, MostRedial), () =>
        {
            if (node.Life != life || node.Status == ProcessStatus.Dead) return;
            connections[node.Index].Epoch++;
            core.ConnectionUp(node.Index, world.Now);
            CarryOut();
        });
    }

    public void Ended(SimNode node)
    {
        var connection = connections[node.Index];
        connection.Waiting.Clear();
        Arrive(connection, ref connection.LastBack, () =>
        {
            connection.Epoch++;
            core.ConnectionDown(node.Index, world.Now);
            CarryOut();
        });
    }

    /// <summary>A node that stood still finds what was asked meanwhile.</summary>
    public void FindWaiting(SimNode node)
    {
        var waiting = connections[node.Index].Waiting;
        while (waiting.TryDequeue(out var copy)) Judge(node, copy);
    }

    private void Ask()
    {
        var request = new RequestTracker(dice.Percent(50) ? DeliveryGuarantee.AtMostOnce : DeliveryGuarantee.AtLeastOnce) 
        {
            Deadline = world.Now + RequestTimeout,
            Key = new RequestKey(0, asked.Count), // no server of the pair's forges another's
        };
        core.Submit(request, world.Now);
        asked.Add(request.Number, (world.Now, 0, request.Delivery));
        CarryOut();
    }

    private void Rest() => world.Schedule(dice.Between(TimeSpan.Zero, MostRest), Ask);

    private void Tick()
    {
        ticking = false;
        core.Tick(world.Now);
        CarryOut();
    }

    private void CarryOut()
    {
        while (core.TryNextToSend(world.Now, out var request))
        {
            Send(core.Current, new Copy(request.Key, core.AsksForReceipt));
            core.Sent(request, world.Now);
        }

        while (core.TryTakeFailure(out var failure))
        {
            if (failure.Failure == RequestFailure.TimedOut) tally.FollowerTimedOut++;
            else tally.FollowerUnknown++;
            Rest();
        }

        while (core.TryTakeChange(out _)) tally.FollowerChanges++;
        while (core.TryTakeAbandoned(out _) || core.TryTakeRedial(out _))
        {
        }

        if (ticking || core.Outstanding == 0) return;
        ticking = true;
        world.Schedule(core.NextTimeout(world.Now), Tick);
    }

    private void Send(int server, Copy copy)
    {
        var connection = connections[server];
        var node = world.Nodes[server];
        Arrive(connection, ref connection.LastThere, () =>
        {
            if (node.Status == ProcessStatus.Paused) connection.Waiting.Enqueue(copy);
            else if (node.Status == ProcessStatus.Live) Judge(node, copy);
        });
    }

    private void Judge(SimNode node, Copy copy)
    {
        if (node.Requests is not null)
        {
            node.Ask(new SimRequest(OneConnection, fate => Told(node, copy, fate)));
            return;
        }

        var accepted = node.Ask();
        if (!accepted && node.Status != ProcessStatus.Live) return; // it ended instead
        if (accepted) Execute(copy.Key.Number);
        NotifyOf(node, copy, accepted);
        if (accepted) Reply(node, copy);
    }

    private void Told(SimNode node, Copy copy, Fate fate)
    {
        switch (fate)
        {
            case Fate.Rejected or Fate.Refused:
                NotifyOf(node, copy, accepted: false);
                break;
            case Fate.Accepted:
                NotifyOf(node, copy, accepted: true);
                break;
            case Fate.Began:
                Execute(copy.Key.Number);
                break;
            case Fate.Replied:
                Reply(node, copy);
                break;
        }
    }

    private void NotifyOf(SimNode node, Copy copy, bool accepted)
    {
        var connection = connections[node.Index];
        Arrive(connection, ref connection.LastBack, () =>
        {
            if (!accepted) core.Rejected(node.Index, copy.Key, world.Now);
            else if (copy.AsksForReceipt) core.Received(node.Index, copy.Key, world.Now);
            CarryOut();
        });
    }

    private void Reply(SimNode node, Copy copy)
    {
        var connection = connections[node.Index];
        Arrive(connection, ref connection.LastBack, () =>
        {
            if (core.Answer(node.Index, copy.Key, copy.AsksForReceipt, world.Now, out _) == ReplyKind.Awaited) Answered(copy.Key.Number);
            CarryOut();
        });
    }

    private void Execute(long number)
    {
        var (since, executed, delivery) = asked[number];
        if (executed > 0 && delivery == DeliveryGuarantee.AtMostOnce) violated("a request that was to be executed once at most was executed twice");
        asked[number] = (since, executed + 1, delivery);
    }

    private void Answered(long number)
    {
        var (since, executed, _) = asked[number];
        if (executed == 0) violated("a request was answered that was not executed");
        tally.FollowerAnswered++;
        if (world.Now - since > tally.FollowerWait) tally.FollowerWait = world.Now - since;
        Rest();
    }

    // In order, as a connection brings what it brings; and what belongs to a connection goes with it.
    private void Arrive(Connection connection, ref TimeSpan last, Action action)
    {
        var at = world.Now + dice.Between(TimeSpan.FromMicroseconds(50), TimeSpan.FromMilliseconds(2));
        last = at > last ? at : last;
        var epoch = connection.Epoch;
        world.Schedule(last - world.Now, () =>
        {
            if (connection.Epoch == epoch) action();
        });
    }

    private sealed class Connection
    {
        public TimeSpan LastThere;
        public TimeSpan LastBack;

        public int Epoch { get; set; }

        public Queue<Copy> Waiting { get; } = new();
    }

    private readonly record struct Copy(RequestKey Key, bool AsksForReceipt);
}
