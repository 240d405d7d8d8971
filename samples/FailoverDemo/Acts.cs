using System.Diagnostics;

namespace FailoverDemo;

/// <summary>
/// The faults. Each is done to whichever server is active, and is over a while after the other one serves and the
/// harmed one is back as the passive one.
/// </summary>
internal sealed class Acts(Pair pair, Traffic traffic, Timeline timeline, CancellationToken cancellation)
{
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OrderAgain = TimeSpan.FromSeconds(1);

    private readonly Stopwatch ordered = new();

    public Task<Outcome> Kill() => Play(
        "killed (SIGKILL), restarted",
        async active =>
        {
            timeline.Say($"the active server is killed with SIGKILL: it is the {active.Name}");
            await active.Kill(cancellation);
        },
        server => Restart(server));

    /// <summary>To be played when the standby was started to detect crashes, as <see cref="Stop"/> leaves it.</summary>
    public Task<Outcome> KillWhileWatched() => Play(
        "killed, the standby detects crashes",
        async active =>
        {
            timeline.Say($"the active server is killed with SIGKILL, and its peer detects crashes: it is the {active.Name}");
            await active.Kill(cancellation);
        },
        server => Restart(server));

    public Task<Outcome> SwitchOver() => Play(
        "ordered to hand over (SIGUSR1)",
        active =>
        {
            timeline.Say($"the active server is ordered to hand over with SIGUSR1, and finishes what it works on first: it is the {active.Name}");
            return Until.True(() => HasHandedOver(active), $"the {active.Name} hands over", cancellation);
        },
        _ => { });

    public Task<Outcome> Stop() => Play(
        "stopped (SIGTERM), restarted",
        async active =>
        {
            timeline.Say($"the active server is asked to stop with SIGTERM: it is the {active.Name}");
            var exitCode = await active.Stop(cancellation);
            timeline.Say($"the {active.Name} has ended with exit code {exitCode}");
            if (exitCode != 0) throw new InvalidOperationException($"the {active.Name} was asked to stop and ended with exit code {exitCode}: 0 was expected");
        },
        server => Restart(server, "--detect-crash"));

    public Task<Outcome> Freeze() => Play(
        "frozen (SIGSTOP), woken (SIGCONT)",
        active =>
        {
            timeline.Say($"the active server is frozen with SIGSTOP: it is the {active.Name}");
            active.Freeze();
            return Task.CompletedTask;
        },
        active =>
        {
            timeline.Say($"the {active.Name} is woken with SIGCONT; for all it knows, it is still active and has a request to answer");
            active.Wake();
        });

    /// <summary>Lets the client work for a while with nothing done to the pair.</summary>
    public async Task Rest()
    {
        await pair.Whole(cancellation);
        await Task.Delay(Calm, cancellation);
        var tally = traffic.TakeTally();
        timeline.Say($"{tally.Answered} requests answered, the slowest after {tally.LongestWait.TotalMilliseconds:0} ms");
    }

    private async Task<Outcome> Play(string fault, Func<Server, Task> strike, Action<Server> recover)
    {
        string? trouble = null;
        var answeredByBoth = 0;
        try
        {
            var (active, standby) = await pair.Whole(cancellation);
            await strike(active);

            await Until.True(() => standby.IsActive && traffic.ServedBy == standby.Voter, $"the {standby.Name} serves", cancellation);

            recover(active);
            await Until.True(() => active.IsPassive && standby.IsActive, $"the {active.Name} is passive beside the {standby.Name}", cancellation);
            timeline.Say("both servers are asked the same at once: only one may answer");
            answeredByBoth = await Task.Run(() => Temptation.Tempt(pair, Calm, cancellation), cancellation);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            trouble = e.Message;
            timeline.Say(trouble);
        }

        var tally = traffic.TakeTally();
        tally.AnsweredByBoth = answeredByBoth;
        return new Outcome(fault, tally, trouble);
    }

    // A server refuses without a recent message that its peer is passive, and a pause of either is enough for that: it
    // is ordered again.
    private bool HasHandedOver(Server active)
    {
        if (!active.IsActive) return true;
        if (ordered.IsRunning && ordered.Elapsed < OrderAgain) return false;
        ordered.Restart();
        active.HandOver();
        return false;
    }

    private void Restart(Server server, params string[] more)
    {
        server.Start(more);
        timeline.Say(string.Join(' ', [$"the {server.Name} is started again", .. more]));
    }
}
