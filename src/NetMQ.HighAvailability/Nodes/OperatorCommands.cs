using NetMQ.HighAvailability.Nodes.Requests;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>
/// An operator's hand-over and promotion in progress: the caller is told the outcome, once. On the
/// poller's thread.
/// </summary>
internal sealed class OperatorCommands(PairEngine engine, Timing timing, IPairShell shell)
{
    private Action<HandOverOutcome>? handOver;
    private TimeSpan? arbiterAskedAt; // while its answer is awaited
    private TimeSpan? handOverUntil; // none while the requests in progress are awaited
    private Action<PromotionOutcome>? promotion;

    /// <summary>Whose requests are awaited before a hand-over, if they are handled asynchronously.</summary>
    public RequestServer? Requests { get; set; }

    public void HandOver(Action<HandOverOutcome> report)
    {
        if (engine.State != BinaryStarState.Active)
        {
            report(HandOverOutcome.NotActive);
        }
        else if (!engine.CanHandOver)
        {
            report(HandOverOutcome.PeerNotPassive);
        }
        else if (handOver is not null)
        {
            handOver += report;
        }
        else
        {
            handOver = report;
            handOverUntil = null;
            if (engine.Mandate is null)
            {
                BeginDrain();
                return;
            }

            arbiterAskedAt = engine.Memory.Turn;
            engine.CheckArbiter(shell);
        }
    }

    private void BeginDrain()
    {
        Requests?.BeginDrain(engine.Memory.Turn);
        LookAtDrain();
    }

    // Without it the peer could not take over.
    private void LookAtArbiter(TimeSpan asked)
    {
        ref readonly var memory = ref engine.Memory;
        if (memory.AnsweredAt > asked)
        {
            arbiterAskedAt = null;
            BeginDrain();
        }
        else if (memory.UnansweredSince is not null && memory.Turn - asked >= timing.ArbiterPatience)
        {
            arbiterAskedAt = null;
            Report(ref handOver, HandOverOutcome.ArbiterUnavailable);
        }
    }

    public void Promote(Action<PromotionOutcome> report)
    {
        switch (engine.Promote(shell))
        {
            case Promotion.Done or Promotion.Pending:
                promotion += report;
                break;
            case Promotion.NotWaiting:
                report(PromotionOutcome.NotWaiting);
                break;
            default:
                report(PromotionOutcome.PeerMayBeAlive);
                break;
        }
    }

    /// <summary>Once a turn: completes the commands that have succeeded or failed.</summary>
    public void Look()
    {
        if (arbiterAskedAt is { } asked) LookAtArbiter(asked);
        else if (handOver is not null && handOverUntil is null) LookAtDrain();
        if (handOver is not null && handOverUntil is not null)
        {
            if (engine.State == BinaryStarState.Passive) Report(ref handOver, HandOverOutcome.Completed);
            else if (engine.State == BinaryStarState.Active || engine.Memory.Turn >= handOverUntil) Report(ref handOver, HandOverOutcome.TimedOut);
        }

        if (promotion is null) return;
        if (engine.State == BinaryStarState.Active) Report(ref promotion, PromotionOutcome.Completed);
        else if (engine.Memory is { Pending: not PendingPromotion.Operator, Seeking: null })
        {
            var ended = engine.Mandate is null || engine.Memory.LastReceived > engine.Memory.SeekingSince ? PromotionOutcome.PeerMayBeAlive
                : engine.Memory.UnansweredSince is null ? PromotionOutcome.ArbiterRefused
                : PromotionOutcome.ArbiterUnavailable;
            Report(ref promotion, ended);
        }
    }

    public void End()
    {
        Report(ref handOver, HandOverOutcome.NodeStopped);
        Report(ref promotion, PromotionOutcome.NodeStopped);
    }

    private void LookAtDrain()
    {
        var isActive = engine.State == BinaryStarState.Active && Requests is null or { IsDraining: true }; // a drain is over with its term
        if (isActive && Requests?.IsDrained(engine.Memory.Turn) == false) return;
        if (isActive && engine.HandOver(shell))
        {
            handOverUntil = shell.Now + timing.Failover + timing.Heartbeat + timing.Settle; // after the callbacks, which may take their time
            return;
        }

        Requests?.EndDrain();
        Report(ref handOver, isActive ? HandOverOutcome.PeerNotPassive : HandOverOutcome.NotActive);
    }

    private static void Report<T>(ref Action<T>? report, T outcome)
    {
        var once = report;
        report = null;
        once?.Invoke(outcome);
    }
}
