using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Nodes.Links;
using NetMQ.HighAvailability.Protocol;

namespace NetMQ.HighAvailability.Nodes;

/// <content>What the core has the loop do: receive, purge, publish, and apply a change of state.</content>
internal sealed partial class NodeLoop
{
    TimeSpan IPairShell.Now => clock.Now;

    bool IPairShell.IsDrained => received < MaxPeerMessages;

    void IPairShell.Purge()
    {
        purged = true;
        link.Purge();
    }

    bool IPairShell.TryReceive(out PeerMessage message, out MandateStamp stamp)
    {
        (message, stamp) = (default, default);
        for (; received < MaxPeerMessages; received++)
        {
            switch (link.TryReceive(engine.Memory.Turn, out message, out stamp, out var size, out var more))
            {
                case Inbox.Empty:
                    return false;
                case Inbox.Message:
                    received++;
                    Log.Received(logger, (int)message);
                    return true;
                case Inbox.Garbage:
                    if (throttle.Allows(LogEvent.Garbage, engine.Memory.Turn, out var suppressed)) Log.Garbage(logger, size, more, suppressed);
                    goto default;
                default:
                    counters.GarbageReceived++;
                    break;
            }
        }

        return false;
    }

    void IPairShell.OnReceived(PeerMessage message, ReceiveResult result)
    {
        var now = engine.Memory.Turn;
        long suppressed;
        switch (result)
        {
            case ReceiveResult.OwnRoleIgnored:
                counters.OwnRoleReceived++;
                if (throttle.Allows(LogEvent.OwnRole, now, out suppressed)) Log.OwnRole(logger, engine.Role, suppressed);
                return;
            case ReceiveResult.OwnRoleFatal:
                throw new SameRoleException(engine.Role);
            case ReceiveResult.DualActiveFatal:
                throw new DualActiveException();
            case ReceiveResult.DualActiveStays:
                if (throttle.Allows(LogEvent.DualActive, now, out suppressed)) Log.DualActive(logger, suppressed);
                break;
        }

        counters.StatesReceived++;
        terms.Received(message);
    }

    void IPairShell.Publish(PeerMessage message, in MandateStamp stamp, TimeSpan due)
    {
        if (engine.Memory.Turn >= due) metrics?.Heartbeat(engine.Memory.Turn - due);
        link.Publish(message, stamp);
        counters.StatesPublished++;
        Log.Published(logger, (int)message);
    }

    void IPairShell.Ask(in ArbiterRequest request) => arbiter!.Send(request);

    // The one place that changes the published state.
    void IPairShell.Apply(Transition transition)
    {
        var change = terms.Note(transition);
        metrics?.Changed(transition, engine.Memory.Turn - engine.Memory.LastReceived);
        Log.StateChanged(logger, transition.From, transition.To, transition.Reason);
        pendingEvents.Enqueue(change);
        if (tick.IsTicking) commands.Post(static () => { });
        else RaiseEvents();
    }
}
