using NetMQ.HighAvailability.Fuzz.Targets;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Fuzz.Wire;

/// <summary>
/// The bytes that arrive over one connection of ours. The first byte of an input says in which pieces, with CURVE the second says what
/// the others are: all that the peer sends, changes to the handshake of an honest peer, or what follows a handshake.
/// </summary>
internal static class WireTargets
{
    public static void Null(WireRole role, ReadOnlySpan<byte> bytes)
    {
        var input = new Input(bytes);
        var pieces = input.Byte();
        SameInPieces(role.NewNull, input.Bytes(int.MaxValue), pieces, isRepeatable: true);
    }

    public static void Curve(WireRole role, ReadOnlySpan<byte> bytes)
    {
        var input = new Input(bytes);
        var pieces = input.Byte();
        var kind = input.Byte() % 8;
        if (kind == 0) SameInPieces(role.NewCurve, input.Bytes(int.MaxValue), pieces, isRepeatable: false);
        else if (kind == 1) Altered(role, ref input, pieces);
        else Sealed(role, ref input, pieces);
    }

    // Whatever it is, it comes to the same in pieces and as a whole.
    private static void SameInPieces(Func<WireEnd> newEnd, ReadOnlySpan<byte> stream, byte pieces, bool isRepeatable)
    {
        using var whole = newEnd();
        using var split = newEnd();
        whole.Receive(stream);
        Feed(split, stream, pieces);
        Check.That(whole.Fault == split.Fault && whole.Items == split.Items && whole.Taken.Count == split.Taken.Count, "pieces change nothing");
        for (var i = 0; i < whole.Taken.Count; i++) Check.That(AreSame(whole.Taken[i], split.Taken[i]), "pieces change nothing that is read");
        var (one, other) = (whole.Wire.Output, split.Wire.Output);
        Check.That(one.Length == other.Length && (!isRepeatable || one.Waiting.SequenceEqual(other.Waiting)), "pieces change nothing that is sent");
        Sight.Of(whole);
    }

    // An honest peer's bytes, of which one place is changed; whatever that place is, nobody else's key is believed.
    private static void Altered(WireRole role, ref Input input, byte pieces)
    {
        var (position, change, how) = ((input.Byte() << 8) | input.Byte(), input.Byte(), input.Byte() % 4);
        var rest = input.Bytes(int.MaxValue);
        using var end = role.NewCurve();
        using var peer = role.NewPeer();
        while (peer.Wire.Output.Length > 0 && end.Fault == WireFault.None)
        {
            var bytes = peer.Send();
            if (position >= 0 && position < bytes.Length) bytes = Alter(bytes, position, change, how, rest);
            position -= bytes.Length;
            Feed(end, bytes, pieces);
            peer.Receive(end.Send());
        }

        Feed(end, rest, pieces);
        var key = role.IsServer ? WireRole.ClientKeys.PublicKey : WireRole.ServerKeys.PublicKey;
        Check.That(!end.Wire.IsReady || end.Wire.PeerKey.AsSpan().SequenceEqual(key), "only the key is believed that was proved");
        Check.That(end.Taken.Count == 0, "nothing is read that was not sealed");
        Sight.Of(end);
    }

    private static byte[] Alter(byte[] bytes, int position, byte change, int how, ReadOnlySpan<byte> rest) => how switch
    {
        0 => [.. bytes[..position], (byte)(bytes[position] ^ change), .. bytes[(position + 1)..]],
        1 => [.. bytes[..position], .. bytes[Math.Min(position + change, bytes.Length)..]],
        2 => [.. bytes[..position], .. rest[..Math.Min(change, rest.Length)], .. bytes[position..]],
        _ => [.. bytes[..position], .. bytes],
    };

    // What an honest peer seals, and what an attacker adds to it: no more is read than was sealed, and in that order.
    private static void Sealed(WireRole role, ref Input input, byte pieces)
    {
        using var script = new SealedScript(role);
        script.Write(ref input);
        WireEnd NewEnd() => role.New(new AgreedMechanism(role.IsServer));
        SameInPieces(NewEnd, script.Stream, pieces, isRepeatable: true);

        using var end = NewEnd();
        end.Receive(script.Stream);
        var next = 0;
        foreach (var taken in end.Taken)
        {
            while (next < script.Bodies.Count && !script.Bodies[next].AsSpan().EndsWith(taken.Body)) next++;
            Check.That(next++ < script.Bodies.Count, "nothing is read that was not sealed, nor twice, nor in another order");
        }
    }

    private static bool AreSame(Taken one, Taken other) => one.Item == other.Item && one.More == other.More && one.Body.AsSpan().SequenceEqual(other.Body);

    private static void Feed(WireEnd end, ReadOnlySpan<byte> stream, byte pieces)
    {
        if (pieces < 4)
        {
            end.Receive(stream, chunk: pieces == 0 ? int.MaxValue : pieces);
            return;
        }

        for (uint next = pieces; stream.Length > 0; next = (next * 1_664_525) + 1_013_904_223)
        {
            var size = Math.Min(1 + (int)((next >> 16) % pieces), stream.Length);
            end.Receive(stream[..size]);
            stream = stream[size..];
        }
    }
}
