namespace NetMQ.HighAvailability;

/// <summary>Why a <see cref="BinaryStarClient"/> uses another server than before.</summary>
public enum ServerChangeReason
{
    /// <summary>It is the first server that answered.</summary>
    First = 0,

    /// <summary>The connection to the server before was lost or refused.</summary>
    ConnectionLost = 1,

    /// <summary>The server before answered nothing for <see cref="BinaryStarClientOptions.ServerTimeout"/>.</summary>
    Silent = 2,

    /// <summary>The server before reported that it is not active: it has handed the pair over, or never had it.</summary>
    NotActive = 3,
}
