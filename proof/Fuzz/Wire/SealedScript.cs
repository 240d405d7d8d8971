using NetMQ.HighAvailability.Fuzz.Targets;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Fuzz.Wire;

/// <summary>What arrives after a CURVE handshake: frames that an honest peer has sealed, and what an attacker does to them.</summary>
internal sealed class SealedScript(WireRole role) : IDisposable
{
    private const byte More = 1;
    private const byte Command = 2;

    private readonly CurveSession session = AgreedMechanism.NewSession(!role.IsServer);
    private readonly OutputBuffer frames = new();
    private readonly List<byte> stream = [.. WireBytes.Greeting("CURVE", asServer: !role.IsServer), .. WireBytes.Ready(role.PeerKind)];
    private byte[] last = [];

    /// <summary>The bodies that were sealed, in their order.</summary>
    public List<byte[]> Bodies { get; } = [];

    public byte[] Stream { get; private set; } = [];

    /// <summary>An act for each byte of the input, with what it needs after it.</summary>
    public void Write(ref Input input)
    {
        while (!input.IsEmpty)
        {
            var act = input.Byte();
            switch (act % 16)
            {
                case 12:
                    stream.AddRange(last); // again
                    break;
                case 13:
                    Alter(input.Byte(), input.Byte());
                    break;
                case 14:
                    stream.AddRange(input.Bytes(input.Byte())); // not sealed
                    break;
                case 15:
                    Seal(new byte[input.Byte() * 64], more: false, isCommand: false);
                    break;
                default:
                    Seal(input.Bytes(input.Byte()).ToArray(), (act & More) != 0, (act & Command) != 0);
                    break;
            }
        }

        Stream = [.. stream];
    }

    public void Dispose()
    {
        session.Dispose();
        frames.Dispose();
    }

    private void Seal(byte[] body, bool more, bool isCommand)
    {
        session.Seal(frames, body, more, isCommand);
        last = frames.Waiting.ToArray();
        frames.Consume(last.Length);
        stream.AddRange(last);
        Bodies.Add(body);
    }

    // A byte of the last frame. What it was sealed of was then never sent, unless nothing is changed.
    private void Alter(byte position, byte change)
    {
        if (last.Length == 0) return;
        stream[stream.Count - 1 - (position % Math.Min(last.Length, stream.Count))] ^= change;
    }
}
