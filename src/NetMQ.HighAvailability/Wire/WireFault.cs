namespace NetMQ.HighAvailability.Wire;

/// <summary>Why a connection must be closed.</summary>
internal enum WireFault
{
    None,

    /// <summary>The other side does not send ZMTP.</summary>
    NotZmtp,

    /// <summary>The other side speaks a version of ZMTP before 3.0, which knows no security.</summary>
    OldVersion,

    /// <summary>The other side asks for another security mechanism, or none where one is required.</summary>
    WrongMechanism,

    /// <summary>The two socket types do not fit each other.</summary>
    WrongSocketType,

    /// <summary>A command, a frame or a property is not as ZMTP has it.</summary>
    Malformed,

    /// <summary>A frame, a message or the metadata is larger than allowed, or has more parts.</summary>
    TooLarge,

    /// <summary>The other side has not proved that it has the key it must have.</summary>
    WrongKey,

    /// <summary>The other side has proved its key, and it is not one of those that are served.</summary>
    KeyNotAllowed,

    /// <summary>The other side claims an identity that this side gives out itself.</summary>
    ReservedIdentity,

    /// <summary>The other side claims the identity of a connection that has proved another key.</summary>
    IdentityInUse,

    /// <summary>The other side refused the connection, and said so.</summary>
    RefusedByPeer,
}
