namespace NetMQ.HighAvailability.Common;

/// <summary>Runs what may fail without its exception leaving the thread: an application's callback, or a step of a shutdown.</summary>
internal static class Safely
{
    public static void Run(Action step, Action<Exception>? onFault = null)
    {
        try
        {
            step();
        }
#pragma warning disable CA1031 // Each caller reports it, or has a reason not to.
        catch (Exception e)
#pragma warning restore CA1031
        {
            onFault?.Invoke(e);
        }
    }
}
