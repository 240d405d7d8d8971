using NetMQ.HighAvailability.Fuzz.Targets;
using NetMQ.HighAvailability.Wire;

namespace NetMQ.HighAvailability.Fuzz.Wire;

/// <summary>What a connection has read.</summary>
internal readonly record struct Taken(WireItem Item, byte[] Body, bool More);

/// <summary>One side of a connection, in memory; whatever it receives, it must keep the promises of <see cref="WireConnection"/>.</summary>
internal sealed class WireEnd : IDisposable
{
    private const int HandshakeBytes = 1024; // the most that this side's own part of a handshake takes

    private readonly long mostNeeded;
    private byte[] buffer = new byte[256];
    private int start;
    private int end;
    private long received;
    private long answered;

    public WireEnd(SocketKind kind, Mechanism mechanism, WireLimits? limits = null)
    {
        var within = limits ?? new WireLimits(1 << 20, 64);
        mostNeeded = FrameHeader.MaxBytes + CurveSession.Overhead + (long)Math.Max(within.MaxMessageBytes, WireLimits.MaxCommandBytes);
        Wire = new WireConnection(kind, mechanism, within);
    }

    public WireConnection Wire { get; }

    public WireFault Fault => Wire.Fault;

    /// <summary>What has been read, but for the items that are the connection's own affair.</summary>
    public List<Taken> Taken { get; } = [];

    /// <summary>The bodies of the frames that have been read.</summary>
    public IEnumerable<byte[]> Frames => Taken.Where(taken => taken.Item == WireItem.Frame).Select(taken => taken.Body);

    /// <summary>How often anything was read, also what is the connection's own affair.</summary>
    public int Items { get; private set; }

    public static WireEnd Null(SocketKind kind, byte[]? identity = null, WireLimits? limits = null) =>
        new(kind, new NullMechanism(Metadata.Write(kind, identity)), limits);

    public static WireEnd CurveServer(SocketKind kind, CurveKeyPair own, Func<ReadOnlySpan<byte>, bool>? isAllowed = null, WireLimits? limits = null) =>
        new(kind, new CurveServer(Metadata.Write(kind, default), own, isAllowed), limits);

    public static WireEnd CurveClient(SocketKind kind, CurveKeyPair own, byte[] serverKey, byte[]? identity = null, WireLimits? limits = null) =>
        new(kind, new CurveClient(Metadata.Write(kind, identity), own, serverKey), limits);

    /// <summary>Has each receive what the other has to send, until neither has anything.</summary>
    public static void Exchange(WireEnd one, WireEnd other, int chunk = int.MaxValue)
    {
        while (one.Wire.Output.Length + other.Wire.Output.Length > 0)
        {
            other.Receive(one.Send(), chunk);
            one.Receive(other.Send(), chunk);
        }
    }

    /// <summary>Takes all that is to be sent.</summary>
    public byte[] Send()
    {
        var bytes = Wire.Output.Waiting.ToArray();
        Wire.Output.Consume(bytes.Length);
        return bytes;
    }

    public WireEnd Receive(ReadOnlySpan<byte> bytes, int chunk)
    {
        for (; bytes.Length > chunk; bytes = bytes[chunk..]) Receive(bytes[..chunk]);
        return Receive(bytes);
    }

    public WireEnd Receive(params ReadOnlySpan<byte> bytes)
    {
        var waiting = Wire.Output.Length;
        Append(bytes);
        while (Step())
        {
        }

        answered += Wire.Output.Length - waiting;
        Check.That(answered <= HandshakeBytes + received, "a peer cannot make more be sent than it sends");
        return this;
    }

    public void Dispose() => Wire.Dispose();

    private bool Step()
    {
        var unread = buffer.AsSpan(start, end - start);
        var wasReady = Wire.IsReady;
        var item = Wire.Read(unread, out var frame);
        Check.That(frame.Taken >= 0 && frame.Taken <= unread.Length, "what is taken is there");
        Check.That(item == WireItem.Fault == (Wire.Fault != WireFault.None), "an end has a reason, and a reason ends");
        if (item == WireItem.Fault)
        {
            Check.That(Wire.Read(unread, out var after) == WireItem.Fault && after.Taken == 0 && !Wire.IsReady, "an end is an end");
            return false;
        }

        Check.That(item == WireItem.Incomplete == (frame.Taken == 0), "whatever is read takes bytes");
        if (item == WireItem.Incomplete)
        {
            Check.That(Wire.Needed > unread.Length && Wire.Needed <= mostNeeded, "what is needed is more than is there, within the limits");
            return false;
        }

        Items++;
        start += frame.Taken;
        Check.That(item == WireItem.Ready ? !wasReady && Wire.IsReady && Wire.PassedHandshake : wasReady == Wire.IsReady, "a handshake is completed once, and said so");
        if (item is not (WireItem.Progress or WireItem.Ready)) Take(item, frame, unread, wasReady);
        return true;
    }

    private void Take(WireItem item, WireFrame frame, ReadOnlySpan<byte> unread, bool wasReady)
    {
        Check.That(wasReady, "nothing is taken before the handshake is complete");
        Check.That(frame.Start >= 2 && frame.Length >= 0 && frame.Start + frame.Length <= frame.Taken, "a body is within what is taken");
        Taken.Add(new Taken(item, unread.Slice(frame.Start, frame.Length).ToArray(), frame.More));
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        received += bytes.Length;
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }

        if (buffer.Length - end < bytes.Length) Array.Resize(ref buffer, Math.Max(2 * buffer.Length, end + bytes.Length));
        bytes.CopyTo(buffer.AsSpan(end));
        end += bytes.Length;
    }
}
