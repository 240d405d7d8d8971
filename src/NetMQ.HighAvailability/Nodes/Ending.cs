namespace NetMQ.HighAvailability.Nodes;

/// <summary>
/// The steps of a node's shutdown. Each is run even if those before it failed, and their exceptions do not leave the
/// thread.
/// </summary>
/// <param name="onFault">Called with the exception that a step throws.</param>
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
