using NetMQ.HighAvailability.Chaos.Checks;

namespace NetMQ.HighAvailability.Chaos.Troubles;

/// <summary>Does one mischief after the other to a pair of real processes, and waits until the pair is whole again.</summary>
internal sealed class Troublemaker(Pair pair, Random dice)
{
    private readonly PortTrouble ports = new(pair, dice);
    private readonly LinkTrouble link = new(pair, dice);
    private readonly SystemTrouble system = new(pair, dice);

    private static TimeSpan H => Pair.Heartbeat;

    private static TimeSpan F => Pair.FailoverTimeout;

    /// <summary>When the link was so bad that both may have served, to when the pair was whole again.</summary>
    public IReadOnlyList<Span> Divided => link.Divided;

    /// <summary>When strangers sent something to each server.</summary>
    public IReadOnlyList<IReadOnlyList<Span>> Strangers => ports.Strangers;

    /// <exception cref="TimeoutException">The pair did not come back.</exception>
    /// <exception cref="InvalidOperationException">A server did not do as it must.</exception>
    public async Task Do(Mischief mischief)
    {
        var victim = pair.Halves[dice.Next(2)];
        switch (mischief)
        {
            case Mischief.KillOne:
                await victim.Kill();
                await dice.Rest(H / 2, 2 * F);
                victim.Start();
                break;
            case Mischief.KillBoth:
                await Task.WhenAll(pair.Halves.Select(half => half.Kill()));
                await dice.Rest(H / 2, F);
                victim.Start();
                await dice.Rest(TimeSpan.Zero, F);
                pair.Other(victim).Start();
                break;
            case Mischief.PauseUnnoticed: await Pause(victim, TimeSpan.Zero, H / 4); break;
            case Mischief.PauseWithinLease: await Pause(victim, H / 4, Pair.Lease); break;
            case Mischief.PauseBeyondLease: await Pause(victim, Pair.Lease, F); break;
            case Mischief.PauseBeyondFailover: await Pause(victim, F, 3 * F); break;
            case Mischief.Terminate:
                Expect.ExitCode(await victim.Terminate(), 0, "a server that was asked to stop");
                await dice.Rest(H / 2, F);
                victim.Start();
                break;
            case Mischief.HandOver:
                await pair.ChangeHands();
                break;
            case Mischief.RestartStorm:
                for (var i = dice.Next(3, 6); i > 0; i--)
                {
                    await victim.Kill();
                    await dice.Rest(H / 2, H);
                    victim.Start();
                    await dice.Rest(TimeSpan.Zero, F);
                }

                break;
            case Mischief.PortStolen: await ports.Steal(victim); break;
            case Mischief.GarbagePeer: await ports.SendGarbage(victim); break;
            case Mischief.IoStalled: await StallIo(victim); break;
            case Mischief.FullLoad: await SystemTrouble.Load(2 * F); break;
            case Mischief.FullDisk: await system.FillDisk(victim); break;
            case Mischief.ClockStepped: await system.StepClock(victim); break;
            case Mischief.LinkDelayed: await link.Delay(); break;
            case Mischief.LinkLossy: await link.Lose(); break;
            case Mischief.LinkCutOneWay: await link.Cut(victim); break;
            case Mischief.LinkCut: await link.Cut(null); break;
            case Mischief.LongCutOneWay: await link.CutForLong(victim); break;
            case Mischief.LongCut: await link.CutForLong(null); break;
            default: throw new ArgumentOutOfRangeException(nameof(mischief), mischief, "There is no such mischief.");
        }

        await pair.Settle();
    }

    private async Task Pause(Half victim, TimeSpan least, TimeSpan most)
    {
        victim.Freeze();
        await dice.Rest(least, most);
        victim.Wake();
        await dice.Rest(H, F); // it has to find out
    }

    private async Task StallIo(Half victim)
    {
        using (victim.StallIo()) await dice.Rest(Pair.Lease, 3 * F);
        await dice.Rest(H, F);
    }
}
