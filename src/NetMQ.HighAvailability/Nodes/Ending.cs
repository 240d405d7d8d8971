using NetMQ.HighAvailability.Common;

namespace NetMQ.HighAvailability.Nodes;

/// <summary>
/// The steps of a node's shutdown. Each is run even if those before it failed, and their exceptions do not leave the
/// thread.
/// </summary>
/// <param name="onFault">Called with the exception that a step throws.</param>
internal sealed class Ending(Action<Exception> onFault)
{
    public void Try(Action step) => Safely.Run(step, onFault);
}
