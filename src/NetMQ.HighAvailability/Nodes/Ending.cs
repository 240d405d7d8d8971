namespace NetMQ.HighAvailability.Nodes;

/// <summary>
/// The steps in which a node ends. Each is tried, whatever became of those before it, and nothing that they throw leaves the
/// thread.
/// </summary>
/// <param name="onFault">Given what a step throws.</param>
internal sealed class Ending(Action<Exception> onFault)
{
    public void Try(Action step)
    {
        try
        {
            step();
        }
#pragma warning disable CA1031 // Everything is reported: as the node's fault, or in the log.
        catch (Exception e)
#pragma warning restore CA1031
        {
            onFault(e);
        }
    }
}
