using System.Net.Sockets;

namespace NetMQ.HighAvailability.Common;

/// <summary>Turns NetMQ's and the system's ways of refusing a socket into an exception that names the remedy.</summary>
internal static class SocketLimit
{
    /// <exception cref="SocketLimitException">NetMQ's limit of sockets per process, or the system's of open files, is reached.</exception>
    public static T Guard<T>(Func<T> create)
    {
        try
        {
            return create();
        }
        catch (NetMQException e) when (e.ErrorCode == ErrorCode.TooManyOpenSockets)
        {
            throw new SocketLimitException(
                "NetMQ's limit of sockets per process is reached (1,024 by default; a node takes 4, or none on a poller that it is given): "
                + "set NetMQConfig.MaxSockets before the process creates its first socket.", e);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.TooManyOpenSockets)
        {
            throw new SocketLimitException("The process has as many files and sockets open as the system allows: raise the limit (ulimit -n).", e);
        }
    }
}
