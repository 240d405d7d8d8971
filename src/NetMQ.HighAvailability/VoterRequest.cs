using System.Buffers.Binary;
using NetMQ.HighAvailability.Common;

namespace NetMQ.HighAvailability;

/// <summary>One request, as an asynchronous handler gets it. Its memory is its own, and may be read until the handler's task has ended. Any thread.</summary>
public sealed class VoterRequest
{
    private readonly byte[] bytes;         // each frame of the envelope after its length; then the payload
    private readonly int envelopeBytes;
    private readonly int[]? frameLengths;  // of the payload; null if it is one frame
    private ReadOnlyMemory<byte>[]? frames;

    /// <summary>A request of one frame without a network, to test a handler with: without an id, of a term that does not end.</summary>
    /// <param name="payload">The payload's only frame. Copied.</param>
    public VoterRequest(ReadOnlyMemory<byte> payload)
        : this([payload], id: null, term: null)
    {
    }

    /// <summary>A request of any number of frames without a network, to test a handler with.</summary>
    /// <param name="frames">The frames of the payload. Copied.</param>
    /// <param name="id">The request's id, as a <see cref="BinaryStarClient"/> sends one; none if <see langword="null"/>.</param>
    /// <param name="term">The term in which it was accepted; one that does not end if <see langword="null"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="frames"/> is null.</exception>
    public VoterRequest(IReadOnlyList<ReadOnlyMemory<byte>> frames, Guid? id, BinaryStarTerm? term)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var envelope = new List<byte>(LengthBytes * 2 + RequestId.Bytes);
        envelope.AddRange(new byte[LengthBytes]); // an empty routing id
        if (id is { } given)
        {
            Span<byte> frame = stackalloc byte[LengthBytes + RequestId.Bytes];
            BinaryPrimitives.WriteInt32LittleEndian(frame, RequestId.Bytes);
            RequestId.Write(frame[LengthBytes..], given);
            envelope.AddRange(frame);
        }

        envelopeBytes = envelope.Count;
        frameLengths = frames.Count == 1 ? null : [.. frames.Select(frame => frame.Length)];
        bytes = [.. envelope, .. frames.SelectMany(frame => frame.ToArray())];
        Term = term ?? new BinaryStarTerm(1, CancellationToken.None);
    }

    /// <summary>How much memory its content takes.</summary>
    internal int Bytes => bytes.Length;

    /// <param name="bytes">Each frame of the envelope after its length, the routing id first; then the payload.</param>
    /// <param name="envelopeBytes">How many of these are the envelope, with the lengths.</param>
    /// <param name="frameLengths">Of the payload's frames; null if it is one.</param>
    /// <param name="term">In which it was accepted.</param>
    internal VoterRequest(byte[] bytes, int envelopeBytes, int[]? frameLengths, BinaryStarTerm term)
    {
        this.bytes = bytes;
        this.envelopeBytes = envelopeBytes;
        this.frameLengths = frameLengths;
        Term = term;
    }

    /// <summary>The first frame of the payload, as a rule the only one; empty if there is none.</summary>
    public ReadOnlyMemory<byte> Payload => frameLengths is null ? bytes.AsMemory(envelopeBytes) : frameLengths.Length == 0 ? default : bytes.AsMemory(envelopeBytes, frameLengths[0]);

    /// <summary>All frames of the payload: what follows the envelope, which is everything up to and with the first empty frame, if there is one.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Frames => frames ??= Split();

    /// <summary>
    /// Identifies the request, however often a <see cref="BinaryStarClient"/> sends it: stored with what the request did, in the same
    /// transaction, it keeps a request that comes again from being executed again. <see langword="null"/> from other clients.
    /// </summary>
    public Guid? Id => EnvelopeFrame(1) is { } frame && RequestId.IsIn(frame.Span) ? RequestId.Read(frame.Span) : null;

    /// <summary>The routing id of the client's connection: another one after it has connected again. Empty in a test.</summary>
    public ReadOnlyMemory<byte> Client => EnvelopeFrame(0)!.Value;

    /// <summary>The term in which it was accepted. Its token is the handler's, unless <see cref="VoterOptions.HandlerTimeout"/> is set.</summary>
    public BinaryStarTerm Term { get; }

    /// <summary>How many bytes hold a length in the envelope.</summary>
    internal static int LengthBytes => sizeof(int);

    /// <summary>The next frame of the envelope, from <paramref name="position"/> on; false after the last one.</summary>
    internal bool TryReadEnvelope(ref int position, out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (position >= envelopeBytes) return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(position));
        frame = bytes.AsSpan(position + LengthBytes, length);
        position += LengthBytes + length;
        return true;
    }

    private ReadOnlyMemory<byte>? EnvelopeFrame(int index)
    {
        var position = 0;
        for (var i = 0; i <= index; i++)
        {
            var start = position + LengthBytes;
            if (!TryReadEnvelope(ref position, out var frame)) return null;
            if (i == index) return bytes.AsMemory(start, frame.Length);
        }

        return null;
    }

    private ReadOnlyMemory<byte>[] Split()
    {
        if (frameLengths is null) return [Payload];
        var split = new ReadOnlyMemory<byte>[frameLengths.Length];
        var start = envelopeBytes;
        for (var i = 0; i < split.Length; i++)
        {
            split[i] = bytes.AsMemory(start, frameLengths[i]);
            start += frameLengths[i];
        }

        return split;
    }
}
