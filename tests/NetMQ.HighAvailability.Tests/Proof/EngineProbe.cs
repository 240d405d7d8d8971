using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>What a turn is for, after the peer's messages were received.</summary>
internal enum Purpose
{
    Nothing,
    Vote,
    LateVote,
    Promote,
    HandOver,
    PeerLost,
    Welcome,
    Stop,
}

/// <summary>One turn: how long after the last, what is received, whether all of it, what it is for, and whether I/O is stalled.</summary>
internal sealed record ProbeTurn(TimeSpan After, PeerMessage[] Receives, bool Complete, Purpose Purpose, TimeSpan Late)
{
    public override string ToString() => $"+{After.TotalMilliseconds} receives [{string.Join(' ', Receives)}]{(Complete ? "" : " …")} {Purpose} {Late.TotalMilliseconds}";
}

/// <summary>
/// Makes an engine take turns and holds what must hold after every step of one; a second engine, given the first one's
/// memory before each turn, must do exactly the same.
/// </summary>
internal sealed class EngineProbe
{
    private readonly Timing timing;
    private readonly ProbeShell shell;
    private readonly ProbeShell twinShell;
    private readonly PairEngine engine;
    private readonly PairEngine twin;
    private TimeSpan now = TimeSpan.FromDays(1);
    private bool stopping;

    public EngineProbe(BinaryStarRole role, Timing timing, DualActivePolicy policy)
    {
        this.timing = timing;
        engine = new PairEngine(role, timing, policy);
        twin = new PairEngine(role, timing, policy);
        engine.Start(now);
        twin.Start(now);
        shell = new ProbeShell(engine, now);
        twinShell = new ProbeShell(twin, now);
    }

    private BinaryStarState State => shell.State;

    /// <summary>False: the engine ended itself.</summary>
    public bool Take(ProbeTurn turn)
    {
        twin.Restore(engine.Memory);
        var (before, gap) = (engine.Memory, turn.After);
        now += turn.After;
        var wasActive = State == BinaryStarState.Active;
        var leaseWas = wasActive && (now < before.LastPublish || now - before.LastPublish > timing.Lease);
        var longest = before.State == BinaryStarState.Passive ? timing.Heartbeat : timing.ShortGap;
        var subscriberCame = turn.Purpose == Purpose.Welcome;

        var goesOn = Both((asked, own) =>
        {
            own.Begin(turn.Receives, turn.Complete, now);
            return asked.Turn(now, subscriberCame, own);
        });
        Must(shell.Purged == (gap > longest || gap < TimeSpan.Zero || leaseWas), "purges after a gap, a step back, or with a lease that ran out");
        Must(!wasActive || !(gap < TimeSpan.Zero || leaseWas) || shell.Changes is [{ To: BinaryStarState.Yielding }, ..], "without a lease, or a clock to judge it by, a node gives up first of all");
        if (!goesOn) return false;

        var silent = State == BinaryStarState.Active ? timing.Heartbeat / 2 : timing.Heartbeat;
        var withheld = engine.Memory is { Pending: not PendingPromotion.None } or { Reclaiming: true };
        Must(withheld || now - shell.PublishedAt < silent, "it is never silent for a heartbeat, nor active for half of one");
        Must(withheld || !subscriberCame || shell.PublishedAt == now, "a subscriber gets the state");
        Must(engine.Memory.Expiry <= now + timing.Failover, "the peer never has more than F");
        Do(turn);
        return true;
    }

    private void Do(ProbeTurn turn)
    {
        var before = State;
        switch (turn.Purpose)
        {
            case Purpose.Vote:
                Vote(now);
                break;
            case Purpose.LateVote:
                Vote(now + turn.Late);
                break;
            case Purpose.Promote:
                var promotion = Both((asked, own) => asked.Promote(own));
                Must((State != before) == (promotion == Promotion.Done), "a promotion is done or nothing is");
                Must(promotion != Promotion.Done || before == BinaryStarState.Backup, "only a waiting backup is promoted");
                break;
            case Purpose.HandOver:
                var given = Both((asked, own) => asked.HandOver(own));
                Must(given == (State != before), "a hand-over is done or nothing is");
                Must(!given || before == BinaryStarState.Active, "only an active node has anything to give");
                break;
            case Purpose.PeerLost:
                Both((asked, _) => asked.PeerLost(now - turn.Late));
                Must(engine.State == before, "evidence alone changes nothing");
                break;
            case Purpose.Stop:
                Both((asked, own) => asked.Stop(own));
                Must(State != BinaryStarState.Active, "a node that stops gives up");
                stopping = true;
                break;
        }
    }

    private void Vote(TimeSpan at)
    {
        var before = State;
        var settling = engine.Memory.Turn < engine.Memory.SettledAt;
        var accepted = Both((asked, own) =>
        {
            own.Now = at;
            return asked.Vote(at, own);
        });
        Must(accepted || State == before, "a rejected request changes nothing");
        if (!accepted) return;

        Must(State == BinaryStarState.Active, "only an active node serves");
        Must(at - shell.PublishedAt <= timing.Lease && at >= shell.PublishedAt, "no node serves without a lease");
        Must(before != BinaryStarState.Backup, "a waiting backup never serves");
        Must(before == BinaryStarState.Active || (!settling && engine.Memory.Drained), "no node takes over while settling, or with something unreceived");
        Must(before == BinaryStarState.Active || at - now <= timing.ShortGap, "no node takes over in a turn long past");
    }

    // Asks both engines the same, which must do the same.
    private T Both<T>(Func<PairEngine, ProbeShell, T> ask)
    {
        shell.Steps.Add(ask);
        twinShell.Steps.Add(ask);
        var (one, other) = (ask(engine, shell), ask(twin, twinShell));
        Must(EqualityComparer<T>.Default.Equals(one, other), "the twin returns the same");
        Must(shell.Steps.SequenceEqual(twinShell.Steps), "the twin does the same");
        Must(State == engine.State, "no change without a transition");
        Must(!engine.Memory.Reclaiming || State == BinaryStarState.Yielding, "only a yielding node reclaims");
        Must(!stopping || shell.Changes.TrueForAll(change => change.To != BinaryStarState.Active), "a stopping node never becomes active");
        return one;
    }

    internal static void Must(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException($"Broken: {what}.");
    }
}
