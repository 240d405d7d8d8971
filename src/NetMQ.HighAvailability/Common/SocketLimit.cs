namespace NetMQ.HighAvailability.Common;

/// <summary>Turns NetMQ's way of refusing a socket into an exception that names the remedy.</summary>
internal static class SocketLimit
{
    /// <exception cref="SocketLimitException">NetMQ's limit of sockets per process is reached.</exception>
    public static T Guard<T>(Func<T> create)
    {
        try
        {
            return create();
        }
        catch (NetMQException e) when (e.ErrorCode == ErrorCode.TooManyOpenSockets)
        {
            throw new SocketLimitException(e);
        }
    }
}
