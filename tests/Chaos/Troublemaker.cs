using System.Net;
using System.Net.Sockets;
using NetMQ.Sockets;

namespace NetMQ.HighAvailability.Chaos;

/// <summary>Does one mischief after the other to a pair of real processes, and waits until the pair is whole again.</summary>
internal sealed class Troublemaker(Pair pair, Random dice)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static TimeSpan H => Pair.Heartbeat;

    private static TimeSpan F => Pair.FailoverTimeout;

    private static TimeSpan Lease => (F - H / 4) / 2;

    /// <exception cref="TimeoutException">The pair did not come back.</exception>
    public async Task Do(Mischief mischief)
    {
        var victim = pair.Halves[dice.Next(2)];
        switch (mischief)
        {
            case Mischief.KillOne:
                await victim.Kill();
                await Rest(H / 2, 2 * F);
                victim.Start();
                break;
            case Mischief.KillBoth:
                await Task.WhenAll(pair.Halves.Select(half => half.Kill()));
                await Rest(H / 2, F);
                victim.Start();
                await Rest(TimeSpan.Zero, F);
                pair.Other(victim).Start();
                break;
            case Mischief.PauseUnnoticed: await Pause(victim, TimeSpan.Zero, H / 4); break;
            case Mischief.PauseWithinLease: await Pause(victim, H / 4, Lease); break;
            case Mischief.PauseBeyondLease: await Pause(victim, Lease, F); break;
            case Mischief.PauseBeyondFailover: await Pause(victim, F, 3 * F); break;
            case Mischief.Terminate:
                Expect(await victim.Terminate(), 0, "a server that was asked to stop");
                await Rest(H / 2, F);
                victim.Start();
                break;
            case Mischief.HandOver:
                pair.Halves.First(half => half.State == "active").HandOver();
                await Rest(TimeSpan.Zero, H);
                break;
            case Mischief.RestartStorm:
                for (var i = dice.Next(3, 6); i > 0; i--)
                {
                    await victim.Kill();
                    await Rest(H / 2, H);
                    victim.Start();
                    await Rest(TimeSpan.Zero, F);
                }

                break;
            case Mischief.PortStolen: await StealPort(victim); break;
            case Mischief.GarbagePeer: await SpeakGarbage(victim); break;
            case Mischief.FullLoad: await Load(2 * F); break;
            default: throw new ArgumentOutOfRangeException(nameof(mischief), mischief, "There is no such mischief.");
        }

        await BecomeWhole();
    }

    public Task BecomeWhole() => Until(
        () => (pair.Halves[0].State, pair.Halves[1].State) is ("active", "passive") or ("passive", "active"),
        () => $"one server is active and the other passive; they are {pair.Describe()}");

    private async Task Pause(Half victim, TimeSpan least, TimeSpan most)
    {
        victim.Freeze();
        await Rest(least, most);
        victim.Wake();
        await Rest(H, F); // it has to find out
    }

    // The new process must say so and end, rather than serve half.
    private async Task StealPort(Half victim)
    {
        await victim.Kill();
        var port = dice.Next(2) == 0 ? pair.StatePort(victim) : Pair.PortOf(victim.Voter);
        await Until(() => CanBind(port), () => $"port {port} is free");
        using (var thief = new TcpListener(IPAddress.Loopback, port))
        {
            thief.Start();
            victim.Start();
            Expect(await victim.Exit(), 1, "a server whose port is taken");
        }

        await Until(() => CanBind(port), () => $"port {port} is free");
        victim.Start();
    }

    // In the dead server's place, for longer than the failover timeout: the other one must not take it for alive.
    private async Task SpeakGarbage(Half victim)
    {
        await victim.Kill();
        var port = pair.StatePort(victim);
        await Until(() => CanBind(port), () => $"port {port} is free");
        var other = pair.Other(victim);
        using (var babbler = new PublisherSocket())
        {
            babbler.Bind($"tcp://127.0.0.1:{port}");
            var since = DateTime.Now;
            await Until(
                () =>
                {
                    babbler.SendFrame("garbage");
                    babbler.SendFrame("33");
                    babbler.SendFrameEmpty();
                    babbler.SendMoreFrame("3").SendFrame("4");
                    return other.State == "active" && DateTime.Now - since > F;
                },
                () => $"the {other.Name} takes over from a peer that speaks garbage; they are {pair.Describe()}");
        }

        await Until(() => CanBind(port), () => $"port {port} is free");
        victim.Start();
    }

    private static async Task Load(TimeSpan lasts)
    {
        using var over = new CancellationTokenSource(lasts);
        var busy = Enumerable.Range(0, Environment.ProcessorCount * 2)
            .Select(_ => Task.Factory.StartNew(
                () =>
                {
                    while (!over.IsCancellationRequested) Thread.SpinWait(1000);
                },
                TaskCreationOptions.LongRunning))
            .ToArray();
        await Task.WhenAll(busy);
    }

    private Task Rest(TimeSpan least, TimeSpan most) => Task.Delay(least + (most - least) * dice.NextDouble());

    private static bool CanBind(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task Until(Func<bool> condition, Func<string> what)
    {
        var since = DateTime.Now;
        while (!condition())
        {
            if (DateTime.Now - since > Limit) throw new TimeoutException($"Waited {Limit.TotalSeconds} s in vain until {what()}");
            await Task.Delay(5);
        }
    }

    private static void Expect(int found, int expected, string who)
    {
        if (found != expected) throw new InvalidOperationException($"Expected {who} to exit with {expected}, and it did with {found}.");
    }
}
