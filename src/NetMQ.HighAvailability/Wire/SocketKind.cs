namespace NetMQ.HighAvailability.Wire;

/// <summary>The socket types of ZMTP that meet ours, and ours.</summary>
internal enum SocketKind
{
    Unknown,
    Pub,
    Sub,
    XPub,
    XSub,
    Router,
    Dealer,
    Req,
    Rep,
}

internal static class SocketKinds
{
    public static ReadOnlySpan<byte> ToName(this SocketKind kind) => kind switch
    {
        SocketKind.Pub => "PUB"u8,
        SocketKind.Sub => "SUB"u8,
        SocketKind.XPub => "XPUB"u8,
        SocketKind.XSub => "XSUB"u8,
        SocketKind.Router => "ROUTER"u8,
        SocketKind.Dealer => "DEALER"u8,
        SocketKind.Req => "REQ"u8,
        SocketKind.Rep => "REP"u8,
        _ => default,
    };

    public static SocketKind FromName(ReadOnlySpan<byte> name)
    {
        for (var kind = SocketKind.Pub; kind <= SocketKind.Rep; kind++)
        {
            if (name.SequenceEqual(kind.ToName())) return kind;
        }

        return SocketKind.Unknown;
    }

    /// <summary>Whether a socket of ours may be connected with one of that type.</summary>
    public static bool Accepts(this SocketKind own, SocketKind other) => own switch
    {
        SocketKind.Pub or SocketKind.XPub => other is SocketKind.Sub or SocketKind.XSub,
        SocketKind.Sub or SocketKind.XSub => other is SocketKind.Pub or SocketKind.XPub,
        SocketKind.Router => other is SocketKind.Dealer or SocketKind.Req or SocketKind.Router,
        SocketKind.Dealer => other is SocketKind.Router or SocketKind.Dealer or SocketKind.Rep,
        _ => false,
    };
}
