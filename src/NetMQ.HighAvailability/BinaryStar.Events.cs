using NetMQ.HighAvailability.Diagnostics;
using NetMQ.HighAvailability.Nodes;

namespace NetMQ.HighAvailability;

// The events that a node raises. All on the poller's thread, one at a time, in the order in which they are listed here for each change.
public sealed partial class BinaryStar
{
    /// <summary>Raised at every change of state, on the poller's thread, before the others.</summary>
    public event EventHandler<BinaryStarStateChangedEventArgs>? StateChanged;

    /// <summary>
    /// Raised when this node is no longer active, on the poller's thread: once after each <see cref="BecameActive"/>, unless the
    /// node ends with a fault. No peer need be active yet, and after a pause this node may be the next: what it holds may be the
    /// only copy. The place to stop what only the active node does.
    /// </summary>
    public event EventHandler<BinaryStarStateChangedEventArgs>? LeftActive;

    /// <summary>
    /// Raised when this node has become active, on the poller's thread, before the first request is handled. A
    /// callback that takes close to half of <see cref="BinaryStarOptions.FailoverTimeout"/> loses the state again.
    /// </summary>
    /// <remarks>Source: <c>bstar_new_active</c>.</remarks>
    public event EventHandler<BinaryStarStateChangedEventArgs>? BecameActive;

    /// <summary>
    /// Raised when this node stands by for an active peer, on the poller's thread: the place to discard this node's data in
    /// favour of the peer's. After <see cref="LeftActive"/>, if it was active; not while it is active no longer and its peer not yet.
    /// </summary>
    /// <remarks>Source: <c>bstar_new_passive</c>.</remarks>
    public event EventHandler<BinaryStarStateChangedEventArgs>? BecamePassive;

    /// <summary>
    /// Raised on the poller's thread when a request failed in the handler and was dropped, by an exception or because its reply was
    /// left unfinished; also for an <c>async void</c> handler's exception after its first await, and for a reply that was begun
    /// outside the handler and left. Not under <see cref="HandlerFaultPolicy.EndNode"/>.
    /// </summary>
    public event EventHandler<RequestFailedEventArgs>? RequestFailed;

    /// <summary>
    /// Raised when two active nodes met and this one gave way, after <see cref="BecamePassive"/> and on the poller's
    /// thread: what it accepted within the window is the application's to reconcile with the other node.
    /// </summary>
    public event EventHandler<DualActiveLostEventArgs>? DualActiveLost;

    private void Raise(NodeChange change)
    {
        var now = options.TimeProvider.GetUtcNow(); // before the callbacks, which may take their time
        var (from, to, reason) = change.Transition;
        var args = new BinaryStarStateChangedEventArgs(from, to, reason, change.Term);
        StateChanged?.Invoke(this, args);
        if (from == BinaryStarState.Active) LeftActive?.Invoke(this, args);
        if (to == BinaryStarState.Active) BecameActive?.Invoke(this, args);
        if (to == BinaryStarState.Passive) BecamePassive?.Invoke(this, args);

        if (change.DualActiveFor is not { } duration) return;
        Log.DualActiveLost(logger, duration);
        DualActiveLost?.Invoke(this, new DualActiveLostEventArgs(now - duration, now));
    }

    private void RaiseRequestFailed(Exception exception) => RequestFailed?.Invoke(this, new RequestFailedEventArgs(exception));
}
