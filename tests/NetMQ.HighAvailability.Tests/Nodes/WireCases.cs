using System.Text;
using static NetMQ.HighAvailability.Tests.Nodes.WireEnd;

namespace NetMQ.HighAvailability.Tests.Nodes;

/// <summary>What no honest program sends, by the phase in which it is sent. Each must end its connection, and nothing else.</summary>
internal static class WireCases
{
    private static readonly byte[] SocketType = [11, .. "Socket-Type"u8];

    /// <summary>In place of a greeting.</summary>
    public static IEnumerable<(string What, byte[] Bytes)> Openings(bool withKeys)
    {
        yield return ("a web browser", Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        yield return ("zeros", new byte[64]);
        yield return ("a signature that is none", [.. Enumerable.Repeat((byte)0xFF, 64)]);
        yield return ("a pattern", [.. Enumerable.Range(0, 300).Select(i => (byte)(37 * i))]);
        yield return ("ZMTP 1.0", [1, 0]);
        yield return ("ZMTP 1.0 with an identity", [2, 0, (byte)'x']);
        yield return ("ZMTP 1.0 with a long length", [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        yield return ("ZMTP 2.0", [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 1, 5, 0, 0]);
        yield return ("version 2 in a greeting of version 3", Greeting(withKeys ? "CURVE" : "NULL", major: 2));
        yield return ("the mechanism PLAIN", Greeting("PLAIN"));
        yield return ("no mechanism", Greeting(""));
        yield return ("a mechanism with a longer name", Greeting(withKeys ? "CURVE2" : "NULL2"));
        yield return ("the other mechanism", Greeting(withKeys ? "NULL" : "CURVE"));
        yield return ("the other mechanism, and all that follows it", [.. Greeting(withKeys ? "NULL" : "CURVE"), .. Ready("DEALER"), .. Frame([1])]);
        yield return ("a server's flag of two", Greeting(withKeys ? "CURVE" : "NULL", asServer: 2));
    }

    /// <summary>After a greeting, in place of a handshake; also after the handshake.</summary>
    public static IEnumerable<(string What, byte[] Bytes)> Commands()
    {
        yield return ("an empty command", Command([]));
        yield return ("an empty long command", Announced(0, flags: 6));
        yield return ("a command without a name", Command([0]));
        yield return ("a name of nothing and more", Command([0, 1, 2, 3]));
        yield return ("a name that is longer than the command", Command([200, (byte)'a']));
        yield return ("flags that are none", [0xFF, 0]);
        yield return ("a fourth flag", [8, 0]);
        yield return ("a command in several frames", [5, 2, 1, (byte)'x']);
        yield return ("a command of minus one byte", Announced(-1, flags: 6));
        yield return ("a command of the least number", Announced(long.MinValue, flags: 6));
        yield return ("a command of 1,025 bytes and more", Announced(1025 + 64, flags: 6));
        yield return ("a command of 4 GiB", Announced(1L << 32, flags: 6));
        yield return ("an error", Command("ERROR", 3, (byte)'b', (byte)'a', (byte)'d'));
        yield return ("an error without a reason", Command("ERROR"));
        yield return ("a frame of minus one byte", Announced(-1));
        yield return ("a frame of 2 GiB", Announced(1L << 31));
    }

    /// <summary>After a greeting alone.</summary>
    public static IEnumerable<(string What, byte[] Bytes)> Handshakes() => Commands().Concat(
    [
        ("a message before the handshake", Frame([(byte)'3'])),
        ("a second greeting", Greeting()),
        ("a command that nobody knows", Command("NONSENSE", 1, 2, 3)),
        ("a PING", Command("PING", 0, 0)),
        ("a subscription", Command("SUBSCRIBE")),
    ]);

    /// <summary>In place of a READY without keys.</summary>
    public static IEnumerable<(string What, byte[] Bytes)> Readies(string type, string wrongType)
    {
        yield return ("a property of minus one byte", Command("READY", [.. SocketType, 0xFF, 0xFF, 0xFF, 0xFF]));
        yield return ("a property of the least number", Command("READY", [.. SocketType, 0x80, 0, 0, 0]));
        yield return ("a property that is longer than the command", Command("READY", [.. SocketType, 0, 0, 0, 7, 1]));
        yield return ("a property without a name", Command("READY", 0, 0, 0, 0, 0));
        yield return ("a property without a length", Command("READY", SocketType));
        yield return ("half a name", Command("READY", 11, 1, 2));
        yield return ("no socket type", Command("READY"));
        yield return ("a socket type that is none", Ready("SOCKET"));
        yield return ("the wrong socket type", Ready(wrongType));
        yield return ("an identity of 256 bytes", Ready(type, new byte[256]));
        yield return ("a HELLO", Command("HELLO", new byte[194]));
    }

    /// <summary>In place of a handshake with keys, to its server.</summary>
    public static IEnumerable<(string What, byte[] Bytes)> ForCurveServer()
    {
        yield return ("a READY without keys", Ready("DEALER"));
        yield return ("a short HELLO", Command("HELLO", 1, 0));
        yield return ("a long HELLO", Command("HELLO", new byte[195]));
        yield return ("a HELLO of version 2", Command("HELLO", [2, 0, .. new byte[192]]));
        yield return ("a HELLO without a key", Command("HELLO", [1, 0, .. new byte[192]]));
        yield return ("an INITIATE at first", Command("INITIATE", new byte[248]));
        yield return ("a WELCOME from a client", Command("WELCOME", new byte[160]));
        yield return ("a MESSAGE at first", Command("MESSAGE", new byte[26]));
        yield return ("a sealed frame at first", Frame([7, .. "MESSAGE"u8, .. new byte[26]]));
    }

    /// <summary>In place of a handshake with keys, from its server.</summary>
    public static IEnumerable<(string What, byte[] Bytes)> ForCurveClient()
    {
        yield return ("a READY at first, of 60 bytes", Command("READY", new byte[54]));
        yield return ("a READY without keys", Ready("PUB"));
        yield return ("a short WELCOME", Command("WELCOME", 1));
        yield return ("a WELCOME without a key", Command("WELCOME", new byte[160]));
        yield return ("a HELLO from a server", Command("HELLO", new byte[194]));
        yield return ("an INITIATE from a server", Command("INITIATE", new byte[248]));
        yield return ("a state at first", Frame([(byte)'3']));
    }

    /// <summary>After a handshake without keys.</summary>
    public static IEnumerable<(string What, byte[] Bytes)> AfterHandshake() => Commands().Concat(
    [
        ("a PING without a time", Command("PING")),
        ("a PING with half a time", Command("PING", 0)),
        ("a PING with too long a context", Command("PING", new byte[19])),
    ]);

    public static IEnumerable<(string What, byte[] Bytes)> ToVoter(int maxBytes) =>
    [
        ("a subscription to a voter", Command("SUBSCRIBE")),
        ("a frame over the limit", Announced(maxBytes + 1L)),
        ("two frames over the limit", [.. Frame(new byte[1000], more: true), .. Announced(maxBytes - 999L)]),
        ("1,025 frames", [.. Enumerable.Repeat((byte[])[1, 0], 1024).SelectMany(frame => frame), 0, 0]),
    ];

    public static IEnumerable<(string What, byte[] Bytes)> ToPublisher() =>
    [
        ("a topic of 257 bytes", Command("SUBSCRIBE", new byte[257])),
        ("the end of a topic of 257 bytes", Command("CANCEL", new byte[257])),
        ("an old subscription of 257 bytes", Frame([1, .. new byte[257]])),
        ("a message of 258 bytes", Frame([9, .. new byte[257]])),
        ("a message of two frames", [1, 0, 0, 0]),
        ("65 subscriptions", [.. Enumerable.Repeat(Command("SUBSCRIBE"), 65).SelectMany(command => command)]),
        ("65 old subscriptions", [.. Enumerable.Repeat(Frame([1]), 65).SelectMany(frame => frame)]),
    ];

    public static IEnumerable<(string What, byte[] Bytes)> ToSubscriber() =>
    [
        ("a subscription to a subscriber", Command("SUBSCRIBE")),
        ("a message of 257 bytes", Frame(new byte[257])),
        ("129 frames", [.. Enumerable.Repeat((byte[])[1, 0], 129).SelectMany(frame => frame)]),
    ];
}
