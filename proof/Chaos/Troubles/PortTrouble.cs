using System.Net;
using System.Net.Sockets;
using NetMQ.HighAvailability.Chaos.Checks;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Chaos.Troubles;

/// <summary>Others on a server's ports.</summary>
internal sealed class PortTrouble(Pair pair, Random dice)
{
    private readonly List<Span>[] strangers = [[], []];

    public IReadOnlyList<IReadOnlyList<Span>> Strangers => strangers;

    // The new process must report it and end, rather than serve in part.
    public async Task Steal(Half victim)
    {
        await victim.Kill();
        var endpoint = dice.Next(2) == 0 ? pair.State(victim) : victim.Voter;
        await UntilFree(victim, endpoint);
        using (var thief = pair.Network.Do(victim.Index, () => Listen(endpoint)))
        {
            victim.Start();
            Expect.ExitCode(await victim.Exit(), 1, "a server whose port is taken");
        }

        await UntilFree(victim, endpoint);
        victim.Start();
    }

    // First to the running servers, then in place of the dead one for longer than F: the other must not consider it alive.
    public async Task SendGarbage(Half victim)
    {
        var since = Clock.Now;
        foreach (var half in pair.Halves)
        {
            SendNonsense(half, half.Voter);
            SendNonsense(half, pair.State(half));
        }

        await pair.BecomeWhole();
        await victim.Kill();
        var endpoint = pair.State(victim);
        await UntilFree(victim, endpoint);
        var other = pair.Other(victim);
        using (var garbagePeer = new PublisherSocket())
        {
            pair.Network.Do(victim.Index, () =>
            {
                garbagePeer.Bind(endpoint);
                return true;
            });
            var from = Clock.Now;
            await Pair.Until(
                () =>
                {
                    garbagePeer.SendFrame("garbage");
                    garbagePeer.SendFrame("33");
                    garbagePeer.SendFrameEmpty();
                    garbagePeer.SendMoreFrame("3").SendFrame("4");
                    return other.State == "active" && Clock.Now - from > Pair.FailoverTimeout;
                },
                () => $"the {other.Name} takes over from a peer that sends garbage; they are {pair.Describe()}");
        }

        await UntilFree(victim, endpoint);
        victim.Start();

        // Only now: nonsense may look like a request, and wait unread until the survivor serves.
        foreach (var each in strangers) each.Add(new Span(since, Clock.Now));
    }

    // Not even the protocol of the sockets.
    private void SendNonsense(Half half, string endpoint)
    {
        var nonsense = new byte[dice.Next(1, 2000)];
        dice.NextBytes(nonsense);
        using var stranger = pair.Network.Do(half.Index, () =>
        {
            var at = IPEndPoint.Parse(endpoint["tcp://".Length..]);
            var client = new TcpClient();
            client.Connect(at);
            return client;
        });
        stranger.GetStream().Write(nonsense);
    }

    private Task UntilFree(Half half, string endpoint) => Pair.Until(
        () =>
        {
            try
            {
                pair.Network.Do(half.Index, () => Listen(endpoint)).Dispose();
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        },
        () => $"{endpoint} is free");

    private static TcpListener Listen(string endpoint)
    {
        var listener = new TcpListener(IPEndPoint.Parse(endpoint["tcp://".Length..]));
        try
        {
            listener.Start();
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }
}
