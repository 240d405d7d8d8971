using System.Buffers.Binary;
using System.Text;

namespace NetMQ.HighAvailability.Fuzz;

/// <summary>Inputs to begin with: one or more for each target that get as far as they can.</summary>
internal static class Seeds
{
    private const string PublicKey = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
    private const string SecretKey = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";

    public static byte[][] Messages { get; } = [.. new[] { "1", "4", "0", "\u0002\0\0\0", "BS?1instance12345678", "BS!1instance12345678" }.Select(Encoding.ASCII.GetBytes)];

    public static byte[][] Replies { get; } =
    [
        [.. Frame(Id("BS?1", 1), more: true), .. Frame([], more: true), .. Frame("reply"u8, more: false)],
        [.. Frame(Id("BS?1", 3), more: true), .. Frame([], more: true), .. Frame("a"u8, more: true), .. Frame(new byte[100], more: false)],
        [.. Frame(Id("BS?1", 2), more: true), .. Frame([], more: true), .. Frame("reply"u8, more: false), .. Frame(Id("BS!1", 5), more: false)],
        [.. Frame(Id("BS!3", 6), more: false), .. Frame(Id("BS?2", 6), more: true), .. Frame([], more: true), .. Frame("reply"u8, more: false), .. Frame(Id("BS!2", 7), more: false)],
    ];

    public static byte[][] Endpoints { get; } =
        [.. new[] { "tcp://*:5003\ntcp://127.0.0.1:5003", "tcp://localhost:1\ntcp://peer.example:65535", "tcp://0.0.0.0:5003\ntcp://10.0.0.7:5003" }.Select(Encoding.ASCII.GetBytes)];

    public static byte[][] NodeOptions { get; } =
    [
        [1, 0, 0, 1, 0, 0, .. Time(500), .. Time(2000), 0, 0, .. Texts("tcp://*:5003"), .. Texts("tcp://peer:5003")],
        [2, 1, 0, 0, 0, 0, .. Time(500), .. Time(3000), 1, .. Time(1000), 1, .. Time(2000), .. Texts("tcp://a:1", "tcp://b:1"), .. Texts("tcp://c:1")],
    ];

    public static byte[][] ClientOptions { get; } =
        [[0, 100, 0, 0, 0, 0, 1, 0, 0, .. Time(30_000), .. Time(2000), .. Time(2000), .. Time(2), .. Texts("tcp://a:5001", "tcp://b:5001")]];

    public static byte[][] KeyFiles { get; } =
    [
        Encoding.ASCII.GetBytes($"# a key\nmetadata\ncurve\n    public-key = \"{PublicKey}\"\n"),
        Encoding.ASCII.GetBytes($"public-key = \"{PublicKey}\"\nsecret-key = \"{SecretKey}\"\n"),
    ];

    private static byte[] Frame(ReadOnlySpan<byte> bytes, bool more) => [(byte)(bytes.Length | (more ? 0x80 : 0)), .. bytes];

    private static byte[] Id(string mark, long number)
    {
        var key = new byte[2 * sizeof(long)]; // with a nonce of 0
        BinaryPrimitives.WriteInt64BigEndian(key, number);
        return [.. Encoding.ASCII.GetBytes(mark), .. key];
    }

    private static byte[] Time(int milliseconds) => [0, .. BitConverter.GetBytes(milliseconds)];

    private static byte[] Texts(params string[] texts) =>
        [(byte)texts.Length, .. texts.SelectMany(text => (byte[])[(byte)text.Length, .. Encoding.UTF8.GetBytes(text)])];
}
