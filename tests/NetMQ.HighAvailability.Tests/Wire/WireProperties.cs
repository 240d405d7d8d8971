using CsCheck;
using NetMQ.HighAvailability.Fuzz.Wire;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Tests.Wire;

/// <summary>Any bytes, in any pieces, in each role and phase: nothing throws, and the pieces do not matter. <see cref="WireEnd"/> has the rest.</summary>
public sealed class WireProperties
{
    private const int Cases = 8_000;

    private static readonly Gen<byte> Telling = Gen.OneOf((byte[])[0, 1, 2, 3, 4, 5, 6, 7, 8, 0x7F, 0x80, 0xFE, 0xFF]);

    private static readonly Gen<byte[]> Bytes = Gen.OneOf(Gen.Byte.Array[0, 40], Telling.Array[0, 40], Gen.Byte.Array[250, 300]);

    // What a peer might say, and what is nearly that.
    private static readonly Gen<byte[]> Words = Gen.OneOf(
        Bytes,
        Gen.Select(Bytes, Gen.Bool).Select((body, more) => WireBytes.Frame(body, more)),
        Gen.Select(Bytes, Gen.Byte).Select((body, flags) => (byte[])[(byte)(flags & 7), (byte)body.Length, .. body]),
        Gen.Select(Telling, Gen.ULong).Select(WireBytes.LongHeader),
        Gen.Select(Telling, Gen.UInt[0, 400], Bytes).Select((flags, length, body) => (byte[])[.. WireBytes.LongHeader(flags, length), .. body]),
        Gen.Select(Gen.OneOf("READY", "ERROR", "PING", "PONG", "SUBSCRIBE", "CANCEL", "HELLO", "WELCOME", "INITIATE", "MESSAGE", "X", ""), Bytes)
            .Select((name, rest) => WireBytes.Command(name, rest)));

    private static readonly Gen<byte[]> Streams = Words.Array[0, 8].Select(words => words.SelectMany(word => word).ToArray());

    private static readonly Gen<int[]> Pieces = Gen.OneOf(Gen.Const<int[]>([1]), Gen.Int[1, 5].Array[1, 4], Gen.Int[1, 200].Array[1, 6]);

    public static TheoryData<string> Roles => [.. WireRole.All.Select(role => role.Name)];

    [Theory]
    [MemberData(nameof(Roles))]
    public void Any_first_bytes_come_to_the_same_in_any_pieces(string role) => ComeToTheSame(role, before: _ => []);

    [Theory]
    [MemberData(nameof(Roles))]
    public void Any_bytes_after_the_greeting_come_to_the_same_in_any_pieces(string role) => ComeToTheSame(role, before: _ => WireBytes.Greeting());

    [Theory]
    [MemberData(nameof(Roles))]
    public void Any_bytes_after_the_handshake_come_to_the_same_in_any_pieces(string role) =>
        ComeToTheSame(role, before: it => [.. WireBytes.Greeting(), .. WireBytes.Ready(it.PeerKind)]);

    [Theory]
    [MemberData(nameof(Roles))]
    public void Any_bytes_in_a_curve_handshake_end_it_or_wait_for_more(string role) =>
        Gen.Select(Streams, Pieces).Sample(
            (stream, pieces) =>
            {
                var it = RoleOf(role);
                using var end = it.NewCurve();
                Feed(end, [.. WireBytes.Greeting("CURVE", asServer: !it.IsServer), .. stream], pieces);
                return !end.Wire.PassedHandshake && end.Taken.Count == 0;
            },
            iter: Cases / 10);

    [Theory]
    [MemberData(nameof(Roles))]
    public void Any_bytes_after_a_curve_handshake_come_to_the_same_in_any_pieces_and_nothing_is_read_of_them(string role) =>
        Gen.Select(Streams, Pieces).Sample(
            (stream, pieces) =>
            {
                var it = RoleOf(role);
                using var whole = it.New(new AgreedMechanism(it.IsServer));
                using var split = it.New(new AgreedMechanism(it.IsServer));
                byte[] all = [.. WireBytes.Greeting("CURVE", asServer: !it.IsServer), .. WireBytes.Ready(it.PeerKind), .. stream];
                whole.Receive(all);
                Feed(split, all, pieces);
                return AreSame(whole, split) && whole.Taken.Count == 0;
            },
            iter: Cases);

    [Theory]
    [MemberData(nameof(Roles))]
    public void Whatever_is_sealed_is_read_as_it_is_and_in_its_order(string role) =>
        Gen.Select(Gen.Select(Bytes, Gen.Bool, Gen.Bool).Array[1, 6], Pieces).Sample(
            (frames, pieces) =>
            {
                var it = RoleOf(role);
                using var sealer = AgreedMechanism.NewSession(!it.IsServer);
                using var output = new OutputBuffer();
                foreach (var (body, more, isCommand) in frames) sealer.Seal(output, body, more, isCommand);
                using var end = it.New(new AgreedMechanism(it.IsServer));
                Feed(end, [.. WireBytes.Greeting("CURVE", asServer: !it.IsServer), .. WireBytes.Ready(it.PeerKind), .. output.Waiting], pieces);

                var read = end.Frames.ToArray();
                var bodies = frames.Where(frame => !frame.Item3).Select(frame => frame.Item1).ToArray();
                return read.Length <= bodies.Length && read.Zip(bodies).All(both => both.First.SequenceEqual(both.Second))
                    && (it.Kind == SocketKind.Pub || end.Fault != WireFault.None || read.Length == bodies.Length);
            },
            iter: Cases);

    [Fact]
    public void Any_metadata_is_read_or_refused_and_an_identity_is_never_longer_than_allowed() =>
        Gen.OneOf(
            Bytes,
            Gen.Select(Gen.OneOf("Socket-Type", "identity", "X", ""), Bytes).Select((name, value) => WireBytes.Property(name, value)).Array[0, 4]
                .Select(properties => properties.SelectMany(bytes => bytes).ToArray()))
            .Sample(
                bytes =>
                {
                    var read = new Metadata();
                    return read.Read(bytes) is WireFault.None or WireFault.Malformed && read.Identity.Length <= WireLimits.MaxIdentityBytes;
                },
                iter: 5 * Cases);

    private static void ComeToTheSame(string role, Func<WireRole, byte[]> before) =>
        Gen.Select(Streams, Pieces).Sample(
            (stream, pieces) =>
            {
                var it = RoleOf(role);
                using var whole = it.NewNull();
                using var split = it.NewNull();
                byte[] all = [.. before(it), .. stream];
                whole.Receive(all);
                Feed(split, all, pieces);
                return AreSame(whole, split);
            },
            iter: Cases);

    private static bool AreSame(WireEnd one, WireEnd other) =>
        one.Fault == other.Fault && one.Items == other.Items && one.Wire.Output.Waiting.SequenceEqual(other.Wire.Output.Waiting)
        && one.Taken.Count == other.Taken.Count
        && one.Taken.Zip(other.Taken).All(both => both.First.Item == both.Second.Item && both.First.More == both.Second.More && both.First.Body.SequenceEqual(both.Second.Body));

    private static void Feed(WireEnd end, ReadOnlySpan<byte> stream, int[] pieces)
    {
        for (var i = 0; stream.Length > 0; i++)
        {
            var size = Math.Min(pieces[i % pieces.Length], stream.Length);
            end.Receive(stream[..size]);
            stream = stream[size..];
        }
    }

    private static WireRole RoleOf(string name) => WireRole.All.Single(role => role.Name == name);
}
