namespace NetMQ.HighAvailability;

/// <summary>
/// The base of this library's own exceptions, of a node, of its set-up and of a client. Not derived from it are
/// <see cref="RequestTimeoutException"/>, which is a <see cref="TimeoutException"/>, and .NET's own exceptions for
/// wrong arguments and wrong use. What an application's own callback throws leaves the node as it was thrown.
/// </summary>
public abstract class BinaryStarException : Exception
{
    private protected BinaryStarException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>An endpoint could not be bound or connected to. The message names it, and the remedy.</summary>
public sealed class EndpointException : BinaryStarException
{
    internal EndpointException(string endpoint, string message, Exception? inner = null)
        : base(message, inner) => Endpoint = endpoint;

    /// <summary>The endpoint, as it was given.</summary>
    public string Endpoint { get; }
}

/// <summary>
/// Both nodes of the pair have the same role, or a node is connected to itself: the peer announced this node's own
/// role before any other peer was met.
/// </summary>
public sealed class SameRoleException : BinaryStarException
{
    internal SameRoleException(BinaryStarRole role)
        : base(
            $"The peer has the role {role}, as this node has. Give one node {nameof(BinaryStarRole)}.{BinaryStarRole.Primary} and the other "
            + $"{nameof(BinaryStarRole)}.{BinaryStarRole.Backup}, and check that RemoteEndpoints names the other node and not this one.") => Role = role;

    /// <summary>The role that both sides claim.</summary>
    public BinaryStarRole Role { get; }
}

/// <summary>Two active nodes met and the policy is <see cref="DualActivePolicy.Abort"/>.</summary>
/// <remarks>Source: "fatal error - dual actives, aborting" of the ZeroMQ guide's reactor.</remarks>
public sealed class DualActiveException : BinaryStarException
{
    internal DualActiveException()
        : base(
            "Both nodes of the pair are active, and the policy is to abort: the link between them was cut while clients reached both. "
            + "Reconcile what they accepted, and restart them one after the other.")
    {
    }
}

/// <summary>NetMQ's limit of sockets per process, or the system's of open files, is reached.</summary>
public sealed class SocketLimitException : BinaryStarException
{
    internal SocketLimitException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
