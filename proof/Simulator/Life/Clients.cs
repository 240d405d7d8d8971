using NetMQ.HighAvailability.Simulator.Model;

namespace NetMQ.HighAvailability.Simulator.Life;

/// <summary>
/// Clients that ask, wait for the answer, rest, and ask again; who gets no answer in time asks the other node the same
/// way. The network between them and either node is never at fault, which tempts the pair most.
/// </summary>
internal sealed class Clients
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MostRest = TimeSpan.FromSeconds(8);

    private readonly PairWorld world;
    private readonly Dice dice;
    private readonly Tally tally;
    private readonly Client[] clients;
    private readonly List<Happening>[] waiting = [[], []];

    public Clients(PairWorld world, Dice dice, Tally tally, int count)
    {
        this.world = world;
        this.dice = dice;
        this.tally = tally;
        clients = new Client[count];
        world.Clients = Meet;
        for (var i = 0; i < count; i++) Rest(i);
    }

    /// <summary>A node that stood still finds what was asked meanwhile.</summary>
    public void FindWaiting(SimNode node)
    {
        var found = waiting[node.Index].ToArray();
        waiting[node.Index].Clear();
        foreach (var request in found) Meet(request);
    }

    public void Forget(SimNode node) => waiting[node.Index].Clear();

    private void Meet(Happening next)
    {
        ref var client = ref clients[next.Number];
        switch (next.What)
        {
            case What.Ask:
                Judge(next);
                break;
            case What.Reply when client.Asks && client.Request == next.Epoch:
                tally.Answered++;
                client.Asks = false;
                client.Request++;
                Rest(next.Number);
                break;
            case What.Impatience when client.Request == next.Epoch:
                if (client.Asks)
                {
                    tally.Retried++;
                    client.Server = 1 - client.Server;
                }

                client.Asks = true;
                client.Request++;
                Send(next.Number, ref client);
                break;
        }
    }

    private void Judge(Happening request)
    {
        var node = world.Nodes[request.Who];
        if (node.Status == ProcessStatus.Paused) waiting[request.Who].Add(request);
        else if (node.Status == ProcessStatus.Live && node.Requests is not null) node.Ask(new SimRequest(request.Number, fate => Told(request, fate)));
        else if (node.Ask()) Reply(request);
    }

    private void Told(Happening request, Fate fate)
    {
        if (fate == Fate.Replied) Reply(request);
    }

    private void Reply(Happening request) => world.Schedule(Travel(), request with { What = What.Reply });

    private void Send(int number, ref Client client)
    {
        tally.Asked++;
        world.Schedule(Travel(), new Happening(What.Ask, client.Server, client.Request, number));
        world.Schedule(Patience, new Happening(What.Impatience, 0, client.Request, number));
    }

    private void Rest(int number) =>
        world.Schedule(dice.Between(TimeSpan.Zero, MostRest), new Happening(What.Impatience, 0, clients[number].Request, number));

    private TimeSpan Travel() => dice.Between(TimeSpan.FromMicroseconds(50), TimeSpan.FromMilliseconds(2));

    private struct Client
    {
        public int Server;
        public int Request;
        public bool Asks;
    }
}
