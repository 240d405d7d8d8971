namespace NetMQ.HighAvailability.Chaos.Troubles;

/// <summary>What the machine does to a server: no processor, no disk, another time.</summary>
internal sealed class SystemTrouble(Pair pair, Random dice)
{
    private static TimeSpan F => Pair.FailoverTimeout;

    public static async Task Load(TimeSpan lasts)
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

    // Whatever a server can do, it does while none of its log can be written.
    public async Task FillDisk(Half victim)
    {
        await victim.Kill();
        await dice.Rest(Pair.Heartbeat / 2, F);
        victim.Start(under: ["sh", "-c", "exec \"$@\" 2>/dev/full", "sh"], more: ["--verbose"]);
        var other = pair.Other(victim);
        await pair.MakeActive(victim);
        await pair.MakeActive(other);
        await other.Kill();
        await Pair.Until(() => victim.State == "active", () => $"the {victim.Name}, whose log is full, takes over; they are {pair.Describe()}");
        other.Start();
        await pair.BecomeWhole();
        Expect.ExitCode(await victim.Terminate(), 0, "a server whose log is full");
        await dice.Rest(Pair.Heartbeat / 2, F);
        victim.Start();
    }

    public async Task StepClock(Half victim)
    {
        using var clock = new SteppedClock();
        await victim.Kill();
        await dice.Rest(Pair.Heartbeat / 2, F);
        victim.Start(under: clock.Under);
        if (dice.Next(2) == 0) await pair.MakeActive(victim);
        else await pair.BecomeWhole();

        var hours = dice.Next(1, 11) * (dice.Next(2) == 0 ? 1 : -1);
        await ExpectNothing(() => clock.Step(hours));

        // That it was no empty threat shows in what the server prints.
        await pair.ChangeHands();
        Expect.True(victim.PrintedHour != pair.Other(victim).PrintedHour, $"The clock of the {victim.Name} did not step.");
        await ExpectNothing(() => clock.Step(0));

        await victim.Kill();
        await dice.Rest(Pair.Heartbeat / 2, F);
        victim.Start();
    }

    // A busy machine makes the pair change hands at times; a clock that did would do so again.
    private async Task ExpectNothing(Action step)
    {
        for (var tries = 3; tries > 0; tries--)
        {
            await pair.BecomeWhole();
            var terms = pair.Terms;
            step();
            await dice.Rest(F, 2 * F);
            if (pair.Terms == terms) return;
        }

        throw new InvalidOperationException($"The pair changed hands at three steps of a clock; they are {pair.Describe()}");
    }
}
