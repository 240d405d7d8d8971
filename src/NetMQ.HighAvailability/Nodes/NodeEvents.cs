using NetMQ.HighAvailability.Common;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>Raises the node's events under a <see cref="CallbackContext"/>: an exception in a callback ends the node, also in an <c>async void</c> one.</summary>
internal sealed class NodeEvents(CallbackContext context, Action<NodeChange> changed, Action<Exception> requestFailed)
{
    public void Changed(NodeChange change)
    {
        using (context.Enter()) changed(change);
    }

    /// <inheritdoc cref="CallbackContext.End"/>
    public void End() => context.End();

    public void RequestFailed(Exception exception)
    {
        using (context.Enter()) requestFailed(exception);
    }
}
