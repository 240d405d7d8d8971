using System.Net.Sockets;

namespace NetMQ.HighAvailability.Common;

/// <summary>Turns NetMQ's various bind failures into one exception that names the endpoint and the remedy.</summary>
internal static class EndpointBinder
{
    /// <returns>The endpoint as bound, with the port that the system chose where it was 0.</returns>
    /// <exception cref="EndpointException">The endpoint cannot be bound.</exception>
    public static string Bind(NetMQSocket socket, string endpoint, string what)
    {
        try
        {
            socket.Bind(endpoint);
            return socket.Options.LastEndpoint ?? endpoint;
        }
        catch (AddressAlreadyInUseException e)
        {
            throw new EndpointException(endpoint, $"The {what} '{endpoint}' is in use: stop whatever listens there, or choose another port.", e);
        }
        catch (NetMQException e)
        {
            throw new EndpointException(endpoint, $"The {what} '{endpoint}' cannot be bound ({e.ErrorCode}): use an address of this machine, or tcp://*:port for all of them.", e);
        }
        catch (SocketException e)
        {
            throw new EndpointException(endpoint, $"The {what} '{endpoint}' cannot be bound ({e.SocketErrorCode}): its host must be an address or interface of this machine, or *.", e);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            throw new EndpointException(endpoint, $"The {what} '{endpoint}' is malformed: it must be like tcp://*:5001.", e);
        }
    }
}
