namespace NetMQ.HighAvailability.Hosting;

/// <summary>
/// Notified of a node's events. A singleton, resolved once, before the node starts. Every method is called on the
/// poller's thread and must return soon; an exception ends the node. What is not implemented does nothing.
/// </summary>
public interface IBinaryStarObserver
{
    /// <summary>As <see cref="BinaryStar.StateChanged"/>.</summary>
    /// <param name="change">From, to, and why.</param>
    void StateChanged(BinaryStarStateChangedEventArgs change)
    {
    }

    /// <summary>As <see cref="BinaryStar.LeftActive"/>.</summary>
    /// <param name="change">From, to, and why.</param>
    void LeftActive(BinaryStarStateChangedEventArgs change)
    {
    }

    /// <summary>As <see cref="BinaryStar.BecameActive"/>.</summary>
    /// <param name="change">From, to, and why.</param>
    void BecameActive(BinaryStarStateChangedEventArgs change)
    {
    }

    /// <summary>As <see cref="BinaryStar.BecamePassive"/>.</summary>
    /// <param name="change">From, to, and why.</param>
    void BecamePassive(BinaryStarStateChangedEventArgs change)
    {
    }

    /// <summary>As <see cref="BinaryStar.RequestFailed"/>.</summary>
    /// <param name="failure">Why the request failed.</param>
    void RequestFailed(RequestFailedEventArgs failure)
    {
    }

    /// <summary>As <see cref="BinaryStar.DualActiveLost"/>.</summary>
    /// <param name="window">The time in which both nodes may have served.</param>
    void DualActiveLost(DualActiveLostEventArgs window)
    {
    }
}
