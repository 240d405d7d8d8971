using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Fuzz.Wire;

/// <summary>Whole connections for each role, as inputs of its targets.</summary>
internal static class WireSeeds
{
    private const byte Whole = 0;
    private const byte Bytewise = 1;

    public static byte[][] Null(WireRole role)
    {
        byte[] opened = [.. WireBytes.Greeting(), .. WireBytes.Ready(role.PeerKind, "me"u8)];
        byte[] old = [.. WireBytes.Greeting(minor: 0), .. WireBytes.Ready(role.PeerKind)];
        return
        [
            [Whole, .. opened, .. Messages(role)],
            [Bytewise, .. opened, .. WireBytes.Command("PING", 0, 1, 7, 7), .. WireBytes.Command("PONG", 7), .. WireBytes.Command("OTHER", 1, 2)],
            [7, .. old, .. WireBytes.Frame([1, .. "topic"u8]), .. WireBytes.Frame([0, .. "topic"u8])],
            [Whole, .. opened, .. WireBytes.Command("SUBSCRIBE", "topic"u8), .. WireBytes.Command("CANCEL", "topic"u8)],
            [Whole, .. opened, .. WireBytes.Frame("3"u8, more: true), .. WireBytes.Command("PING", 0, 0), .. WireBytes.Frame("3"u8)],
            [Whole, .. opened, .. WireBytes.Command("ERROR", 2, (byte)'n', (byte)'o')],
            [Whole, .. WireBytes.Greeting(), .. WireBytes.Command("ERROR", 0)],
            [Whole, .. WireBytes.Greeting(), .. WireBytes.Command("READY", [.. WireBytes.Property("X", 1), .. WireBytes.Property("Identity", 0, 1), .. WireBytes.Property("socket-type", role.PeerKind.ToName())])],
            [Whole, .. opened, .. WireBytes.LongHeader(2, 3), 1, 2, 3, .. WireBytes.LongHeader(6, ulong.MaxValue)],
            [Bytewise, .. WireBytes.Zmtp1],
            [Bytewise, .. WireBytes.Zmtp2],
            [Whole, .. WireBytes.Greeting("CURVE")],
        ];
    }

    public static byte[][] Curve(WireRole role)
    {
        var greeting = WireBytes.Greeting("CURVE", asServer: !role.IsServer);
        return
        [
            [Whole, 0, .. greeting, .. FirstOfPeer(role)],
            [Bytewise, 0, .. greeting, .. WireBytes.Command("READY", new byte[40])],
            [Whole, 0, .. WireBytes.Greeting()],
            [Whole, 0, .. WireBytes.Zmtp2],
            [Whole, 0, .. greeting, .. WireBytes.Command("ERROR", 0)],
            [Whole, 1, 0xFF, 0xFF, 0, 0],               // nothing altered
            [9, 1, 0, 70, 1, 0],                        // in the first command
            [9, 1, 1, 100, 1, 0],                       // in the second
            [Whole, 1, 0, 64, 9, 2, 4, 7, 5, .. "ERROR"u8, 0],
            [Whole, 1, 0, 64, 0, 3],
            [Whole, 1, 0xFF, 0xFF, 0, 0, .. WireBytes.Frame("3"u8)],
            [Whole, 2, 0, 1, (byte)'3', 0, 2, 1, (byte)'t', 0, 2, 0, (byte)'t'],
            [Bytewise, 2, 1, 1, (byte)'a', 1, 0, 0, 1, (byte)'b', 15, 10],
            [Whole, 2, .. Sealed(Ping), .. Sealed(WireBytes.CommandBody("OTHER")), .. Sealed(WireBytes.CommandBody("SUBSCRIBE", "t"u8)), .. Sealed(WireBytes.CommandBody("CANCEL", "t"u8))],
            [5, 2, 1, 1, (byte)'a', .. Sealed(Ping), 0, 1, (byte)'b'],
            [Whole, 2, 0, 1, (byte)'3', 12],
            [Whole, 2, 0, 1, (byte)'3', 13, 0, 1],
            [Whole, 2, 0, 1, (byte)'3', 14, 3, 0, 1, (byte)'3'],
            [Whole, 2, .. Sealed(WireBytes.CommandBody("ERROR", 0))],
            [Whole, 2, 3, 7, .. Ping],
        ];
    }

    private static byte[] Ping => WireBytes.CommandBody("PING", 0, 0);

    private static byte[] Sealed(byte[] command) => [2, (byte)command.Length, .. command];

    private static byte[] Messages(WireRole role) => role.Kind == SocketKind.Router
        ? [.. WireBytes.Frame("request"u8), .. WireBytes.Frame([], more: true), .. WireBytes.Frame(new byte[300]), .. WireBytes.Frame(new byte[255])]
        : [.. WireBytes.Frame("3"u8), .. WireBytes.Frame([], more: true), .. WireBytes.Frame("4"u8)];

    private static byte[] FirstOfPeer(WireRole role)
    {
        using var peer = role.NewPeer();
        peer.Send();
        peer.Receive(WireBytes.Greeting("CURVE", asServer: role.IsServer));
        return peer.Send();
    }
}
