using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>
/// An operator's hand-over and promotion in progress: the caller is told the outcome, once. On the
/// poller's thread.
/// </summary>
internal sealed class OperatorCommands(PairEngine engine, Timing timing, IPairShell shell)
{
    private Action<HandOverOutcome>? handOver;
    private TimeSpan handOverUntil;
    private Action<PromotionOutcome>? promotion;

    public void HandOver(Action<HandOverOutcome> report)
    {
        if (engine.State != BinaryStarState.Active)
        {
            report(HandOverOutcome.NotActive);
        }
        else if (!engine.HandOver(shell))
        {
            report(HandOverOutcome.PeerNotPassive);
        }
        else
        {
            handOver = report;
            handOverUntil = engine.Memory.Turn + timing.Failover + timing.Heartbeat + timing.Settle;
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
        if (handOver is not null)
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

    private static void Report<T>(ref Action<T>? report, T outcome)
    {
        var once = report;
        report = null;
        once?.Invoke(outcome);
    }
}
