using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Tests.Proof;

/// <summary>What a turn is for, after the peer was heard.</summary>
internal enum Errand
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

/// <summary>One turn: how long after the last, what is heard, whether all of it, what it is for, and whether the node hears itself.</summary>
internal sealed record Errands(TimeSpan After, PeerMessage[] Hears, bool Complete, Errand Errand, TimeSpan Late, bool Deaf)
{
    public override string ToString() => $"+{After.TotalMilliseconds} hears [{string.Join(' ', Hears)}]{(Complete ? "" : " …")} {Errand} {Late.TotalMilliseconds}{(Deaf ? " deaf" : "")}";
}

/// <summary>
/// Makes an engine take turns and holds what must hold after every single call; a second engine, given the first one's
/// memory before each turn, must do exactly the same.
/// </summary>
internal sealed class EngineProbe
{
    private readonly PairEngine engine;
    private readonly PairEngine twin;
    private readonly Timing timing;
    private TimeSpan now = TimeSpan.FromDays(1);
    private BinaryStarState state;
    private TimeSpan saidAt;
    private bool stopping;

    public EngineProbe(BinaryStarRole role, Timing timing, DualActivePolicy policy)
    {
        this.timing = timing;
        engine = new PairEngine(role, timing, policy);
        twin = new PairEngine(role, timing, policy);
        engine.Start(now);
        state = engine.State;
        saidAt = now;
    }

    /// <summary>False: the engine ended itself.</summary>
    public bool Take(Errands turn)
    {
        twin.Memory = engine.Memory;
        twin.TryTakeTransition(out _);

        var (before, gap) = (engine.Memory, turn.After);
        now += turn.After;
        var returned = turn.Deaf ? now - timing.Lease : before.LastPublish;
        var awaited = returned < before.Awaited ? before.Awaited : null;
        var deafWas = awaited is null && now - before.Awaited > (state == BinaryStarState.Active ? timing.Muteness : timing.Deafness) && (gap <= timing.ShortGap || state == BinaryStarState.Active);
        var leaseWas = state == BinaryStarState.Active && (now < before.LastPublish || now - before.LastPublish > timing.Lease || now - awaited > timing.Muteness);
        var purge = engine.BeginTurn(now, returned);
        Must(purge == twin.BeginTurn(now, returned), "the twin purges as well");
        var longest = before.State == BinaryStarState.Passive ? timing.Heartbeat : timing.ShortGap;
        Must(purge == (gap > longest || gap < TimeSpan.Zero || leaseWas || deafWas), "purges after a gap, deafness, a step back, or with a lease that ran out");
        CarryOut();
        Must(!engine.Memory.Reclaiming || state == BinaryStarState.Yielding, "only a yielding node reclaims");
        Must(gap >= TimeSpan.Zero || state != BinaryStarState.Active, "a clock that stepped back leaves nobody active");
        Must(!leaseWas || state == BinaryStarState.Yielding, "without a lease it has given up");

        foreach (var message in purge ? [] : turn.Hears)
        {
            var waited = state is BinaryStarState.Primary or BinaryStarState.Backup;
            var hearing = engine.Hear(message);
            Must(hearing == twin.Hear(message), "the twin hears the same");
            Must(hearing != Hearing.OwnRoleFatal || waited, "only a waiting node dies of its own number");
            CarryOut();
            if (hearing is Hearing.OwnRoleFatal or Hearing.DualActiveFatal) return false;
        }

        engine.EndDrain(turn.Complete);
        twin.EndDrain(turn.Complete);
        CarryOut();
        var silent = state == BinaryStarState.Active ? timing.Heartbeat / 2 : timing.Heartbeat;
        Must(engine.Memory is { Pending: not PendingPromotion.None } or { Reclaiming: true } || now - saidAt < silent, "it is never silent for a heartbeat, nor active for half of one");
        Must(engine.Memory.Expiry <= now + timing.Failover, "the peer is never given more than F");
        Do(turn);
        return true;
    }

    private void Do(Errands turn)
    {
        var before = state;
        switch (turn.Errand)
        {
            case Errand.Vote:
                Vote(now);
                break;
            case Errand.LateVote:
                Vote(now + turn.Late);
                break;
            case Errand.Promote:
                var promotion = engine.Promote();
                Must(promotion == twin.Promote(), "the twin is promoted as well");
                CarryOut();
                Must((state != before) == (promotion == Promotion.Done), "a promotion is done or nothing is");
                Must(promotion != Promotion.Done || before == BinaryStarState.Backup, "only a waiting backup is promoted");
                break;
            case Errand.HandOver:
                var given = engine.HandOver();
                Must(given == twin.HandOver(), "the twin gives as well");
                CarryOut();
                Must(given == (state != before), "a hand-over is done or nothing is");
                Must(!given || before == BinaryStarState.Active, "only an active node has anything to give");
                break;
            case Errand.PeerLost:
                Must(engine.PeerLost(now - turn.Late) == twin.PeerLost(now - turn.Late), "the twin believes as much");
                CarryOut();
                Must(state == before, "evidence alone changes nothing");
                break;
            case Errand.Welcome:
                engine.Welcome();
                twin.Welcome();
                CarryOut();
                Must(engine.Memory.Pending != PendingPromotion.None || saidAt == now, "a subscriber is told the state");
                break;
            case Errand.Stop:
                stopping = true;
                Must(engine.Stop() == twin.Stop(), "the twin stops as well");
                CarryOut();
                Must(state != BinaryStarState.Active, "a node that stops gives up");
                break;
        }
    }

    private void Vote(TimeSpan at)
    {
        var before = state;
        var settling = engine.Memory.Turn < engine.Memory.SettledAt;
        var accepted = engine.Vote(at);
        Must(accepted == twin.Vote(at), "the twin judges the same");
        CarryOut();
        Must(accepted || state == before, "a rejected request changes nothing");
        if (!accepted) return;

        Must(state == BinaryStarState.Active, "only an active node serves");
        Must(at - saidAt <= timing.Lease && at >= saidAt, "nobody serves without a lease");
        Must(before != BinaryStarState.Backup, "a waiting backup never serves");
        Must(before == BinaryStarState.Active || (!settling && engine.Memory.Drained), "nobody takes over while settling, or with something unheard");
        Must(before == BinaryStarState.Active || at - now <= timing.ShortGap, "nobody takes over in a turn long past");
    }

    private void CarryOut()
    {
        Must(engine.TryTakeTransition(out var transition) == twin.TryTakeTransition(out var same) && transition == same, "the twin changes as well");
        if (transition != default)
        {
            Must(transition.From == state && transition.To == engine.State && transition.From != transition.To, "a transition is from what was to what is");
            Must(!stopping || transition.To != BinaryStarState.Active, "who stops never becomes active");
            Must(transition.To is not (BinaryStarState.Primary or BinaryStarState.Backup), "nobody waits again");
        }

        var changed = state != engine.State;
        Must(changed == (transition != default), "no change without a transition");
        state = engine.State;
        Must(!engine.TryTakeTransition(out _), "one call, one transition");

        var said = engine.TryTakePublish(out var message);
        Must(said == twin.TryTakePublish(out var sameMessage) && message == sameMessage, "the twin says the same");
        Must(said || !changed || engine.Memory.Reclaiming, "a change is published at once");
        if (!said) return;
        Must(message == (engine.Memory.Reclaiming ? PeerMessage.Passive : PeerMessageCodec.Of(engine.Role, state)), "it publishes its state, and no offer while it reclaims");
        Must(!engine.TryTakePublish(out _), "one call, one message");
        twin.TryTakePublish(out _);
        saidAt = now;
    }

    private static void Must(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException($"Broken: {what}.");
    }
}
