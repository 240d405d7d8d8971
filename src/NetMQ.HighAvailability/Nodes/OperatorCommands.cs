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
            Requests?.BeginDrain(engine.Memory.Turn);
            LookAtDrain();
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
        if (handOver is not null && handOverUntil is null) LookAtDrain();
        if (handOver is not null && handOverUntil is not null)
        {
            if (engine.State == BinaryStarState.Passive) Report(ref handOver, HandOverOutcome.Completed);
            else if (engine.State == BinaryStarState.Active || engine.Memory.Turn >= handOverUntil) Report(ref handOver, HandOverOutcome.TimedOut);
        }

        if (promotion is null) return;
        if (engine.State == BinaryStarState.Active) Report(ref promotion, PromotionOutcome.Completed);
        else if (engine.Memory.Pending != PendingPromotion.Operator) Report(ref promotion, PromotionOutcome.PeerMayBeAlive);
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
        handOverUntil = engine.Memory.Turn + timing.Failover + timing.Heartbeat + timing.Settle;
        if (isActive && engine.HandOver(shell)) return;
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
